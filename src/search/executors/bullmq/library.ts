// The one place that imports the two packages, and is itself imported when they are wanted.
export { Queue, QueueEvents, WaitingError, Worker } from "bullmq";
export { Redis } from "ioredis";
