using Xunit.Sdk;

namespace Elman.Tests.Reference;

public class NearTests
{
    [Fact]
    public void The_error_is_measured_against_the_largest_expected_magnitude()
    {
        Near.Equal([1000f, 0f], [1000.009f, 0.009f]);
        Assert.ThrowsAny<XunitException>(() => Near.Equal([1000f, 0f], [1000f, 0.011f]));
    }

    [Fact]
    public void The_message_names_the_worst_element_and_both_values()
    {
        XunitException error = Assert.ThrowsAny<XunitException>(() => Near.Equal([1.0, 2, 4], [1.5f, 3, 4], what: "y"));
        Assert.StartsWith("y[1]: expected 2, got 3; the error is 0.25 of", error.Message);
    }

    [Theory]
    [InlineData(0, 1e-30f)]
    [InlineData(1, float.NaN)]
    [InlineData(float.NaN, 1)]
    [InlineData(float.PositiveInfinity, float.NegativeInfinity)]
    public void Zero_and_what_is_not_finite_must_be_met_exactly(float expected, float actual)
    {
        Near.Equal([expected], [expected]);
        Assert.ThrowsAny<XunitException>(() => Near.Equal([expected], [actual]));
    }

    [Fact]
    public void Lengths_must_agree() => Assert.ThrowsAny<XunitException>(() => Near.Equal([1f, 2], [1f]));
}
