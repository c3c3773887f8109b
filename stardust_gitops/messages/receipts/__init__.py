"""What recipients answer: their acknowledgements as receipts."""
