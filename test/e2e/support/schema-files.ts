/** Files of SQL with what people's files have in them. */

/** Tables, routines and rows that a dump has to bring back, with raw bytes. */
export const nasty = Buffer.concat([
  Buffer.from(`
USE shop;
CREATE TABLE \`odd name; --\` (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, -- a comment; with a semicolon
  \`text\` VARCHAR(200) DEFAULT 'it''s; "x"', # and an apostrophe's
  bytes VARBINARY(20), doc JSON, \`재고\` VARCHAR(20) CHARACTER SET utf8mb4
);
INSERT INTO \`odd name; --\` (\`text\`, bytes, doc, \`재고\`) VALUES
  ('a;b\\'c\\\\', _binary '`),
  Buffer.from([0xff, 0xfe, 0x80, 0x27, 0x27, 0x5c, 0x30, 0x3b, 0xe9]),
  Buffer.from(`', '{"k": "v;"}', '방수 재킷 🧥'), ('--', NULL, NULL, '#');
CREATE TABLE log (id INT AUTO_INCREMENT PRIMARY KEY, what VARCHAR(60));
DELIMITER //
CREATE TRIGGER noted AFTER INSERT ON \`odd name; --\` FOR EACH ROW
BEGIN
  -- don't split here;
  INSERT INTO log (what) VALUES (CONCAT('new; ', NEW.id));
END//
CREATE PROCEDURE fill(IN n INT)
BEGIN
  DECLARE i INT DEFAULT 0;
  WHILE i < n DO
    INSERT INTO \`odd name; --\` (\`text\`) VALUES ('x');
    SET i = i + 1;
  END WHILE;
END//
CREATE FUNCTION twice(x INT) RETURNS INT DETERMINISTIC RETURN x * 2 //
DELIMITER ;
CALL fill(3);
CREATE VIEW seen AS SELECT id, \`text\` FROM \`odd name; --\` WHERE id > 5--1;
`),
]);

/** By what is awkward about them. */
export const awkward: Readonly<Record<string, string | Buffer>> = {
  "all at once": nasty,
  "line ends of Windows and a byte order mark": Buffer.concat([
    Buffer.from([0xef, 0xbb, 0xbf]),
    Buffer.from(
      "USE shop;\r\nCREATE TABLE a (id INT PRIMARY KEY, t TEXT);\r\nINSERT INTO a VALUES (1, 'x\r\ny');\r\n" +
        "DELIMITER $$\r\nCREATE PROCEDURE p()\r\nBEGIN\r\n  SELECT 1; -- one\r\n  SELECT 2;\r\nEND$$\r\nDELIMITER ;\r\nINSERT INTO a VALUES (2, 'z')",
    ),
  ]),
  "several statements on a line, none at the end, versions' comments":
    "CREATE TABLE shop.a (id INT PRIMARY KEY); INSERT INTO shop.a VALUES (1);INSERT INTO shop.a VALUES (2); ;; " +
    "/*!40101 SET @OLD_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;\n/*!50003 CREATE*/ /*!50003 TRIGGER shop.x BEFORE INSERT ON shop.a FOR EACH ROW SET NEW.id = NEW.id + 10 */;\n" +
    "INSERT INTO shop.a VALUES (3); /*!99999 NONSENSE */; INSERT /* ; */ INTO shop.a -- ;\n VALUES (4)",
  "its own transactions":
    "USE shop; CREATE TABLE a (id INT PRIMARY KEY); START TRANSACTION; INSERT INTO a VALUES (1); ROLLBACK; BEGIN; INSERT INTO a VALUES (2); COMMIT; SET autocommit=0; INSERT INTO a VALUES (3); COMMIT; INSERT INTO a VALUES (4); ROLLBACK;",
  "names of functions, modes and zones":
    "SET SESSION time_zone = '+09:00'; USE shop; CREATE TABLE count (max INT PRIMARY KEY, at TIMESTAMP); INSERT INTO count VALUES (1, '2026-01-01 00:00:00'); SET sql_mode = 'ANSI_QUOTES'; CREATE TABLE \"b c\" (id INT PRIMARY KEY); SET NAMES latin1; CREATE TABLE d (id INT PRIMARY KEY, t VARCHAR(9) CHARACTER SET utf8mb4); INSERT INTO d VALUES (1, 'é');",
  "several statements behind a delimiter":
    "DELIMITER //\nCREATE TABLE shop.a (id INT PRIMARY KEY); INSERT INTO shop.a VALUES (1)//\nINSERT INTO shop.a VALUES (2)//",
};
