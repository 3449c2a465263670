-- The page of texts reads those that didn't arrive newest first, without looking at all that did.
CREATE INDEX IF NOT EXISTS message_not_arrived ON message (id) WHERE state IN ('failed', 'undelivered', 'expired');
