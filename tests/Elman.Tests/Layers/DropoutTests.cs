namespace Elman.Tests.Layers;

public class DropoutTests
{
    [Fact]
    public void It_acts_in_training_only()
    {
        Dropout layer = new(0.5f);
        Tensor x = Tensor.Ones(10, 10);
        Assert.Same(x, layer.Forward(x));
        layer.Train(seed: 1);
        Assert.Contains(0f, layer.Forward(x).Span.ToArray());
        layer.Evaluate();
        Assert.Same(x, layer.Forward(x));
        Dropout none = new(0);
        none.Train();
        Assert.Same(x, none.Forward(x));
    }

    [Fact]
    public void A_step_repeats_its_mask_and_the_next_draws_another()
    {
        Sequential model = new(new Dropout(0.5f), new Dropout(0.5f));
        Tensor x = Tensor.Ones(10, 10);
        model.Train(seed: 1, step: 5);
        float[] first = model.Forward(x).Span.ToArray();
        // Two equal masks would leave half of the elements, two independent ones a quarter.
        Assert.InRange(first.Count(value => value > 0), 10, 40);
        model.Train(seed: 1, step: 6);
        Assert.NotEqual(first, model.Forward(x).Span.ToArray());
        model.Train(seed: 1, step: 5);
        Assert.Equal(first, model.Forward(x).Span.ToArray());
    }

    [Fact]
    public void A_probability_outside_its_range_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new Dropout(1));
}
