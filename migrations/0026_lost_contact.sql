-- A document from before this system has its number here, and is itself on paper.
ALTER TABLE issued_document ALTER COLUMN pdf_file DROP NOT NULL;
ALTER TABLE issued_document ALTER COLUMN word_file DROP NOT NULL;
ALTER TABLE issued_document DROP CONSTRAINT IF EXISTS issued_document_has_both_files;
ALTER TABLE issued_document ADD CONSTRAINT issued_document_has_both_files CHECK ((pdf_file IS NULL) = (word_file IS NULL));
