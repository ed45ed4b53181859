/**
 * The layout of the table image, shared by the compiler (TypeScript) and the kernel (AssemblyScript): plain numbers only.
 *
 * The image is a sequence of little-endian 32-bit words. After the seed and the flags come the headers: one for each family of
 * addresses, one for each kind of literal. Offsets in them are in bytes from the start of the image. An address is 1 word
 * (IPv4) or 4 words, most significant first (IPv6).
 */

/** Word index of the hash seed. */
export const SEED = 0;
/** Word index of the flags: which passes must run, and what names need. */
export const FLAGS = 1;
export const HAS_ADDRESSES = 1;
export const HAS_NAMES = 2;
export const HAS_MAIL = 4;
export const HAS_DIGESTS = 8;
export const HAS_JA4 = 16;
export const HAS_AGENTS = 32;
/** Some name is spelled in UTF-8 too. */
export const UTF8_NAMES = 64;
/** Some name's last label begins or ends with no ASCII letter. */
export const ODD_TOPS = 128;
/** Word index of each family's header. */
export const HEADER_V4 = 2;
export const HEADER_V6 = 16;
/** Word index of each literal table's header. */
export const HEADER_NAMES = 32;
export const HEADER_MAIL = 48;
export const HEADER_DIGESTS = 64;
export const HEADER_JA4 = 80;
export const HEADER_AGENTS = 96;
/** Words before the first table; the first table is 64-byte aligned. */
export const HEADER_WORDS = 112;

/** Fields of a literal table's header, as word indexes from its start. BLOOM and BLOOM_SHIFT as in a family's. */
/** Open addressing with linear probing over 32-bit words: number of an entry, from 1; 0 marks a free bucket. */
export const BUCKETS = 2;
export const BUCKET_SHIFT = 3;
/** ENTRY_BYTES each: hash; offset in the text; slot + 1; for names, slot + 1 of their subdomains. One more ends the last text. */
export const ENTRIES = 4;
export const ENTRY_BYTES = 16;
/** The literals' bytes, canonical, one after the other. */
export const TEXT = 5;
/**
 * A Bloom filter of what can be known before the literal is cut out. Names and mail: the hash of the last KEY_BYTES bytes of
 * the last two labels (mail: of the host).
 */
export const FIRST = 6;
export const FIRST_SHIFT = 7;
/** Bits by a few raw bytes. Names: three around the last dot. Agents: hash of the first four. */
export const SIEVE = 8;
/** Agents: for each low nibble of a first byte the set of its high nibbles, modulo 8; then the bit of each high nibble in it. */
export const HEADS = 9;
export const HEAD_BYTES = 32;
/** Bytes of SIEVE: 5 bits a byte for names; 15 of the hash for agents. */
export const SIEVE_BYTES = 4096;
export const KEY_BYTES = 16;

/** Fields of a family's header, as word indexes from its start. */
/** Bloom filter: 64-bit words, one per address chosen by the hash's top bits, two bits set in it by its low bits. */
export const BLOOM = 0;
export const BLOOM_SHIFT = 1;
/** Open-addressing hash: entries of [address words, slot + 1]; 0 marks a free entry; linear probing. */
export const HASH = 2;
export const HASH_SHIFT = 3;
/** Disjoint ascending intervals: entries of [first words, last words, slot]. */
export const RANGE_COUNT = 4;
export const RANGES = 5;
/** 65,537 words: for each value h of the top 16 bits, the first interval whose last address is >= h << …; then the count. */
export const RANGE_INDEX = 6;
/** 65,536 bits: some interval holds an address with these top 16 bits. */
export const RANGE_BITS = 7;
/** Exact addresses in the hash. */
export const EXACT_COUNT = 8;
/**
 * A Bloom filter as above over networks: the /24 of narrow IPv4 intervals; the /32 of exact IPv6 addresses and of narrow IPv6
 * intervals. And 65,536 bits: some interval with these top 16 bits is not narrow, so the filter says nothing. For IPv4 they
 * spare nearly all binary searches when there are many ranges, for IPv6 they decide by the first two groups.
 */
export const FINE = 9;
export const FINE_SHIFT = 10;
export const WIDE_BITS = 11;
/** An interval is narrow when it touches at most this many of those networks. */
export const NARROW = 64;

/** Multipliers of the hash (Knuth's golden ratio, murmur3's finaliser). See `hash` in tables.ts on both sides. */
export const MIX_1 = 0x9e3779b1;
export const MIX_2 = 0x85ebca6b;

/**
 * Bytes of a chunk: 28 steps of 64, 32 windows of 56. Newlines are counted in bytes that gain at most 4 a step, so a chunk may
 * have 63 steps at most.
 */
export const CHUNK = 1792;
/** Words of one entry in the kernel's hit table: offset, length, slot, line start, line index. */
export const HIT_WORDS = 5;
/** The kernel pauses once this many hits are waiting; the table has room for one more chunk's worth. */
export const HIT_PAUSE = 8192;
/** As many as a chunk can hold of one kind: no two begin, or are found, at the same byte. */
export const KIND_ROOM = CHUNK;
/** Addresses, names, mail, digests, JA4, user-agents. */
export const KINDS = 6;
export const HIT_ROOM = KIND_ROOM * KINDS;

/** Longest literals, in bytes: RFC 1035's name; RFC 5321's local part with a name; what a feed's user-agent may have. */
export const MAX_NAME = 253;
export const MAX_LABEL = 63;
export const MAX_LOCAL = 64;
export const MAX_AGENT = 512;
/** The same as a log may write it, with escapes. */
export const MAX_RAW_AGENT = 1024;
export const MIN_AGENT = 4;
/** Bytes kept free on either side of the block, so that the kernel may look around without leaving it. */
export const MARGIN = 256;
