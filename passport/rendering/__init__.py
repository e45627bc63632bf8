"""What people hold and what they show: QR symbols, the paper, the picture card, and codes read from pictures."""
