"""民主评议党员, the yearly appraisal of members: steps with dates, tallies, proposed and decided grades, feedback."""
