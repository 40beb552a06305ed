"""Looking where no call is made: at a customer's sources, and at data to train on."""
