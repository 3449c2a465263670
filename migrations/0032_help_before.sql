-- What a step of help changed in its period, as it was, so that a step taken back leaves nothing behind.
ALTER TABLE assistance_step ADD COLUMN IF NOT EXISTS before JSONB;
