import { playShard } from '../histories/shard.ts';

playShard(2, 4);
