-- Sample rows. IGNORE, so that applying the folder again changes nothing.
INSERT IGNORE INTO products.products (id, sku, name, description, price, weight_kg, attributes, created_at) VALUES
  (101, 'scooter-01', 'scooter', 'Small two-wheel scooter', 120.00, 3.14, '{"colour": "red", "wheels": 2}', '2025-10-19 23:46:20'),
  (102, 'battery-12v', 'car battery', '12 V car battery', 89.90, 8.1, '{"volts": 12}', '2025-10-19 23:46:21'),
  (103, 'drill-bits-12', '12-pack drill bits', '12 drill bits from #40 to #3', 24.50, 0.8, '{"pieces": 12}', '2025-10-19 23:46:22'),
  (104, 'hammer-12oz', 'hammer', '12 oz carpenter''s hammer', 17.25, 0.75, NULL, '2025-10-19 23:46:23'),
  (105, 'jacket-m', '방수 재킷', '검은색 방수 바람막이', 249000.99, 0.1, '{"colour": "black", "sizes": ["S", "M", "L"]}', '2025-10-19 23:46:24');

INSERT IGNORE INTO products.stock (product_id, warehouse, quantity, reserved, counted_at) VALUES
  (101, 'seoul', 12, 1, '2025-10-20 09:00:00'),
  (101, 'busan', 3, 0, NULL),
  (102, 'seoul', 40, 4, '2025-10-20 09:05:00'),
  (103, 'seoul', 200, 0, '2025-10-20 09:10:00'),
  (104, 'busan', 25, 2, '2025-10-20 10:00:00'),
  (105, 'seoul', 7, 7, '2025-10-20 09:30:00');
