namespace Elman.Tests.Reference;

public class FixtureTests
{
    [Fact]
    public void A_case_gives_its_tensors_and_options()
    {
        FixtureCase lstm = Fixture.Load("layers")["lstm-2-bi-bias"];
        Assert.Equal("lstm", lstm.Text("cell"));
        Assert.Equal(2, lstm.Count("layers"));
        Assert.True(lstm.Flag("bias"));
        Assert.Equal([5, 7, 3], lstm.Inputs["x"].Shape);
        Assert.Equal([4, 5, 5], lstm.Outputs["cn"].Shape);
        Assert.Equal(lstm.Parameters["weight_hh_l1_reverse"].Shape, lstm.Gradients["weight_hh_l1_reverse"].Shape);
    }

    [Fact]
    public void Parameters_come_in_the_order_of_PyTorch() =>
        Assert.Equal(
            ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0",
                "weight_ih_l0_reverse", "weight_hh_l0_reverse", "bias_ih_l0_reverse", "bias_hh_l0_reverse"],
            Fixture.Load("layers")["gru-1-bi-bias"].Parameters.Keys);

    [Fact]
    public void Integers_are_exact() =>
        Assert.Equal([4, 7, 1, 3, 7], Fixture.Load("ragged")["lstm-1-uni-bias"].Inputs["lengths"].Integers);

    [Fact]
    public void Learning_rates_and_options_are_read_as_written()
    {
        FixtureCase step = Fixture.Load("schedules")["step"];
        Assert.Equal(0.1, step.Number("base_lr"));
        float[] rates = step.Outputs["lr"].Values;
        Near.Equal([0.1, 0.03, 0.009], [rates[6], rates[7], rates[14]], 1e-7);
        Assert.Equal(0.5, step.Number("absent", otherwise: 0.5));
    }
}
