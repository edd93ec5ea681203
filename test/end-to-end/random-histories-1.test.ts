import { playShard } from '../histories/shard.ts';

playShard(1, 4);
