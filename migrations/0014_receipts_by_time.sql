-- Receipts that crossed with their texts are looked for by when they came.
CREATE INDEX IF NOT EXISTS receipt_received_at ON receipt USING btree (received_at);
