namespace Elman;

/// <summary>How tags of single words say where spans begin and end.</summary>
public enum TagScheme
{
    /// <summary>They do not: each word's tag stands for itself, as a part of speech.</summary>
    Plain,

    /// <summary>IOB1 (Ramshaw and Marcus 1995): I-x in a span of x; B-x only where a span of x follows another at once.</summary>
    Iob1,

    /// <summary>BIO, also IOB2: B-x begins a span of x, I-x goes on.</summary>
    Bio,

    /// <summary>BIOES, also IOBES: B-x, I-x, E-x at the end; S-x is a span of one word.</summary>
    Bioes,
}
