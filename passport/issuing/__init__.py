"""JOB: certificates go out. Nothing is signed that was not confirmed, verified and approved by different people."""
