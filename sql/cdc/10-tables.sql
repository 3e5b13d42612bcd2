-- The pipeline's own tables: nothing of the users' is ever written to. Heartbeat and probe are one row each.

-- Written by the connector every few seconds (heartbeat.action.query): the offset of a quiet shard moves on.
CREATE TABLE IF NOT EXISTS cdc.heartbeat (
  id TINYINT NOT NULL PRIMARY KEY,
  beat_at TIMESTAMP(6) NOT NULL
);

-- Written by the flow check: a token that has to arrive on the shard's probe topic.
CREATE TABLE IF NOT EXISTS cdc.probe (
  id TINYINT NOT NULL PRIMARY KEY,
  token CHAR(36) NOT NULL,
  written_at TIMESTAMP(6) NOT NULL
);

-- A row is a command to the connector, such as an incremental snapshot. While one runs, the connector marks every chunk
-- that it reads with a row of its own, which it deletes again.
CREATE TABLE IF NOT EXISTS cdc.signal (
  id VARCHAR(64) NOT NULL PRIMARY KEY,
  type VARCHAR(32) NOT NULL,
  data VARCHAR(2048)
);
