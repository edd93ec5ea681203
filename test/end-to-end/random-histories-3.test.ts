import { playShard } from '../histories/shard.ts';

playShard(3, 4);
