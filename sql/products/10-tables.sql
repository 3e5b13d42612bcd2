-- The inventory: what the shop sells, and how much of it lies where.
CREATE TABLE IF NOT EXISTS products.products (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  sku VARCHAR(32) NOT NULL UNIQUE,
  name VARCHAR(255) NOT NULL,
  description TEXT,
  price DECIMAL(10, 2) NOT NULL,
  weight_kg DOUBLE,
  attributes JSON,
  created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)
);

CREATE TABLE IF NOT EXISTS products.stock (
  product_id BIGINT UNSIGNED NOT NULL,
  warehouse VARCHAR(32) NOT NULL,
  quantity INT NOT NULL,
  reserved INT NOT NULL DEFAULT 0,
  counted_at TIMESTAMP NULL,
  PRIMARY KEY (product_id, warehouse),
  FOREIGN KEY (product_id) REFERENCES products.products (id)
);
