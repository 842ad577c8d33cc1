using Elman.Kernels;

namespace Elman.Tests.Kernels;

public class PhiloxTests
{
    /// <summary>The known answers of the authors' Random123 library, file <c>kat_vectors</c>, philox4x32-10.</summary>
    [Fact]
    public void The_words_are_those_of_the_authors()
    {
        Assert.Equal((0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u), Philox.Block(0, 0, 0, 0, 0));
        Assert.Equal((0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu), Philox.Block(ulong.MaxValue, ~0u, ~0u, ~0u, ~0u));
        // Counter and key are the first digits of π.
        Assert.Equal((0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u),
            Philox.Block(0x299f31d0_a4093822, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344));
    }

    [Fact]
    public void A_word_becomes_a_number_below_one()
    {
        Assert.Equal(0, Philox.ToUnit(0));
        Assert.Equal(0.5f, Philox.ToUnit(0x80000000));
        Assert.Equal(1 - 1f / (1 << 24), Philox.ToUnit(uint.MaxValue));
    }
}
