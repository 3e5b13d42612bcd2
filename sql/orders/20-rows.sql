-- Sample rows. IGNORE, so that applying the folder again changes nothing.
INSERT IGNORE INTO ordersdb.orders (id, customer_name, amount, created_at) VALUES
  (1, '김민수', 120.00, '2025-10-19 23:46:20'),
  (2, 'Sally Thomas', 89.90, '2025-10-19 23:47:00'),
  (3, 'Ännchen Müller', 1249.99, '2025-10-20 08:00:00');
