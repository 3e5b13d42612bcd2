-- The pipeline's own tables, one row each: nothing of the users' is ever written to.

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
