"""The governed clients. Import them from `affidavit`: importing them imports openai."""
