-- The watch asks who has a file, a thousand at a time: the exclusion's own index takes thirty times as long for each.
CREATE INDEX IF NOT EXISTS responsibility_subject ON responsibility (subject_id, subject_kind) WHERE role = 'main';

-- The sender takes what is first in line; by the moment alone, each claim of a morning would sort all that waits for nine o'clock.
CREATE INDEX IF NOT EXISTS message_in_line ON message (next_try_at, id) WHERE state = 'waiting';
DROP INDEX IF EXISTS message_to_send;
