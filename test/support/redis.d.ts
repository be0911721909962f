import type { Redis, RedisOptions } from "ioredis";

export interface TestRedis extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  start(): Promise<void>;
  stop(signal?: NodeJS.Signals): Promise<void>;
  freeze(): void;
  thaw(): void;
  client(more?: Partial<RedisOptions>): Redis;
  keys(more?: Partial<RedisOptions>): Promise<string[]>;
}

export function startRedis(...options: (string | number)[]): Promise<TestRedis>;
