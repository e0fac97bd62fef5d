/* What the init stub executes, and how it is told to. Its TypeScript side is src/init/program.ts. */
#pragma once

struct operation {
	int number;
	unsigned flags;
	unsigned long args[6];
	/* Where the result goes. */
	long *store;
};
