namespace Elman.Kernels;

/// <summary>
/// Philox4x32-10, a counter-based generator: four random words are a pure function of a 64-bit key and a 128-bit counter, so any
/// thread can compute any mask without shared state. Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
/// </summary>
internal static class Philox
{
    /// <summary>The four words of one counter.</summary>
    public static (uint X, uint Y, uint Z, uint W) Block(ulong key, uint x, uint y, uint z, uint w)
    {
        uint k0 = (uint)key, k1 = (uint)(key >> 32);
        for (int round = 0; round < 10; round++)
        {
            ulong left = 0xD2511F53ul * x, right = 0xCD9E8D57ul * z;
            (x, y, z, w) = ((uint)(right >> 32) ^ y ^ k0, (uint)right, (uint)(left >> 32) ^ w ^ k1, (uint)left);
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }
        return (x, y, z, w);
    }

    /// <summary>A word as a float in [0, 1): its upper 24 bits.</summary>
    public static float ToUnit(uint word) => (word >> 8) * (1f / (1 << 24));
}
