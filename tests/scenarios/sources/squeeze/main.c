/* Linked with the C library, the mathematics library and zlib, all of them dynamically. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

int main(int count, char **arguments)
{
	unsigned char plain[65536], packed[70000];
	uLongf size = sizeof packed;
	double step = count > 1 ? atof(arguments[1]) : 0.25;

	for (size_t i = 0; i < sizeof plain; i++)
		plain[i] = (unsigned char)(127 * (1 + sin(step * (double)i)));
	if (compress2(packed, &size, plain, sizeof plain, 9) != Z_OK)
		return 1;
	printf("a sine of %zu bytes in %s\n", sizeof plain, size < sizeof plain ? "less" : "more");
	return 0;
}
