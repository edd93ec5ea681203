import { playShard } from '../histories/shard.ts';

playShard(4, 4);
