"""What two messages say differently, whatever their ids, times, references and order."""
