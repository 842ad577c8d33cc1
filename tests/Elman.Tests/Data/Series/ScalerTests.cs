using System.Text.Json;
using CsCheck;

namespace Elman.Tests.Data;

public class ScalerTests
{
    [Fact]
    public void Standard_gives_mean_zero_and_deviation_one()
    {
        // Mean 5, population deviation 2: the textbook's example.
        double[] values = [2, 4, 4, 4, 5, 5, 7, 9];
        Scaler scaler = Scaler.Fit(ScalerKind.Standard, values);
        Assert.Equal((5.0, 2.0, false), (scaler.Offset, scaler.Scale, scaler.IsConstant));
        Assert.Equal([-1.5f, -0.5f, -0.5f, -0.5f, 0, 0, 1, 2], Transform(scaler, values));
    }

    [Fact]
    public void Min_max_gives_zero_to_one() =>
        Assert.Equal([0, 1, 0.25f], Transform(Scaler.Fit(ScalerKind.MinMax, new double[] { -2, 6, 0 }), [-2, 6, 0]));

    [Fact]
    public void Mean_divides_by_the_mean_absolute_value_and_keeps_zero()
    {
        Scaler scaler = Scaler.Fit(ScalerKind.Mean, new double[] { -2, 6, 0, 0 });
        Assert.Equal((0.0, 2.0), (scaler.Offset, scaler.Scale));
        Assert.Equal([-1, 3, 0, 0], Transform(scaler, [-2, 6, 0, 0]));
    }

    [Theory]
    [InlineData(ScalerKind.Standard)]
    [InlineData(ScalerKind.MinMax)]
    [InlineData(ScalerKind.Mean)]
    public void Missing_values_are_ignored_and_stay_missing(ScalerKind kind)
    {
        Scaler with = Scaler.Fit(kind, new double[] { double.NaN, 1, double.NaN, 2, 6 }), without = Scaler.Fit(kind, new double[] { 1, 2, 6 });
        Assert.Equal((without.Offset, without.Scale), (with.Offset, with.Scale));
        Assert.True(double.IsNaN(Transform(with, [double.NaN])[0]));
    }

    [Theory]
    [InlineData(ScalerKind.Standard)]
    [InlineData(ScalerKind.MinMax)]
    [InlineData(ScalerKind.Mean)]
    public void Several_series_are_fitted_as_one(ScalerKind kind)
    {
        Scaler parts = Scaler.Fit(kind, [new double[] { 1, 2 }, Array.Empty<double>(), new double[] { 9 }]), whole = Scaler.Fit(kind, new double[] { 1, 2, 9 });
        Assert.Equal((whole.Offset, whole.Scale), (parts.Offset, parts.Scale));
    }

    [Theory]
    [InlineData(ScalerKind.Standard, 0.1)]
    [InlineData(ScalerKind.MinMax, 0.1)]
    [InlineData(ScalerKind.Mean, 0.1)]
    [InlineData(ScalerKind.Mean, -0.1)]
    [InlineData(ScalerKind.Standard, 0)]
    [InlineData(ScalerKind.MinMax, -3e38)]
    [InlineData(ScalerKind.Mean, 0)]
    public void A_constant_column_is_reported_and_becomes_zero_or_one(ScalerKind kind, double value)
    {
        double[] values = Enumerable.Repeat(value, 1001).ToArray();
        Scaler scaler = Scaler.Fit(kind, values);
        Assert.True(scaler.IsConstant);
        Assert.Equal(kind == ScalerKind.Mean ? Math.Sign(value) : 0, Transform(scaler, values)[500]);
        Assert.Equal(kind == ScalerKind.Mean && value != 0 ? 0.1 : 1, scaler.Scale);
    }

    [Fact]
    public void A_column_without_values_maps_to_itself()
    {
        Scaler scaler = Scaler.Fit(ScalerKind.Standard, new double[] { double.NaN });
        Assert.Equal((0.0, 1.0, true), (scaler.Offset, scaler.Scale, scaler.IsConstant));
    }

    [Fact]
    public void An_infinite_value_is_refused() =>
        Assert.Contains("infinite", Assert.Throws<ElmanException>(() => Scaler.Fit(ScalerKind.Mean, new double[] { 1, double.NegativeInfinity })).Message);

    [Fact]
    public void A_large_offset_costs_no_precision()
    {
        // In single precision the squares around 1e6 would drown the deviation of 1.
        Scaler scaler = Scaler.Fit(ScalerKind.Standard, Enumerable.Range(0, 100_000).Select(i => 1_000_000.0 + (i % 2 == 0 ? 1 : -1)).ToArray());
        Assert.Equal(1, scaler.Scale, 9);
    }

    [Fact]
    public void The_inverse_undoes_the_map() =>
        Gen.Select(Gen.Double[-1000, 1000].Array[2, 50], Gen.Enum<ScalerKind>()).Sample((values, kind) =>
        {
            Scaler scaler = Scaler.Fit(kind, values);
            float[] there = Transform(scaler, values);
            double[] back = new double[values.Length];
            scaler.Inverse(there, back);
            for (int i = 0; i < values.Length; i++)
                Assert.Equal(values[i], back[i], 2e-7 * (Math.Abs(scaler.Offset) + scaler.Scale * (1 + Math.Abs(there[i]))));
        });

    [Fact]
    public void Maps_need_room()
    {
        Scaler scaler = Scaler.Fit(ScalerKind.MinMax, new double[] { 0, 4 });
        double[] values = [0, 1, 4];
        Assert.Throws<ArgumentException>(() => scaler.Transform(values, new float[2]));
        Assert.Throws<ArgumentException>(() => scaler.Inverse(new float[3], new double[2]));
    }

    [Fact]
    public void Json_keeps_every_bit() =>
        Gen.Select(Gen.Double[-1e6, 1e6].Array[1, 9], Gen.Enum<ScalerKind>()).Sample((values, kind) =>
        {
            Scaler before = Scaler.Fit(kind, values), after = Scaler.Read(Json.Of(before.WriteTo));
            Assert.Equal(BitConverter.DoubleToInt64Bits(before.Offset), BitConverter.DoubleToInt64Bits(after.Offset));
            Assert.Equal(BitConverter.DoubleToInt64Bits(before.Scale), BitConverter.DoubleToInt64Bits(after.Scale));
            Assert.Equal((before.Kind, before.IsConstant), (after.Kind, after.IsConstant));
        });

    [Theory]
    [InlineData("[]", "scaler: expected an object, it is an array")]
    [InlineData("{}", "scaler: 'kind' is missing")]
    [InlineData("""{"kind":"robust"}""", "scaler: unknown kind 'robust'")]
    [InlineData("""{"kind":"mean","scale":0,"offset":0,"constant":false}""", "expected a positive 'scale', it is 0")]
    [InlineData("""{"kind":"mean","scale":1e999,"offset":0,"constant":false}""", "expected a finite number for 'scale', it is 1e999")]
    [InlineData("""{"kind":"mean","scale":"1","offset":0,"constant":false}""", "expected a number for 'scale', it is a string")]
    [InlineData("""{"kind":"mean","scale":1,"offset":0,"constant":null}""", "expected true or false for 'constant', it is null")]
    public void Damaged_json_is_refused(string json, string reason) =>
        Assert.Contains(reason, Assert.Throws<ElmanException>(() => Scaler.Read(JsonDocument.Parse(json).RootElement)).Message);

    private static float[] Transform(Scaler scaler, double[] values)
    {
        float[] result = new float[values.Length];
        scaler.Transform(values, result);
        return result;
    }
}
