namespace Elman.Tests.Recurrent;

/// <summary>The lines that the page <c>docs/your-own-cell.md</c> shows besides the cell itself.</summary>
public class OwnCellExample
{
    [Fact]
    public void A_cell_of_one_s_own_is_used_like_a_built_in_one()
    {
        Tensor x = Tensor.From(Kernels.Kernel.Values(4 * 25 * 8), 4, 25, 8);

        RandomStream random = new(seed: 1);
        Recurrent<MinGruUnit> layers = new(8, 64, random, new RecurrentOptions { Layers = 2, Dropout = 0.1f });
        (Tensor output, State final) = layers.Forward(x, initial: null, lengths: [25, 3, 0, 12]);

        Assert.Equal(new Shape(4, 25, 64), output.Shape);
        Assert.Equal(new Shape(2, 4, 64), final.Hidden.Shape);

        RecurrentStream stream = layers.OpenStream();
        ReadOnlySpan<float> h = stream.Step(x.Span[..8]);

        Assert.Equal(output.Span[..64], h);

        Cells.Register<MinGruUnit>();
        RecurrentLayer byName = Cells.Create("mingru", 8, 64, random);

        Assert.IsType<Recurrent<MinGruUnit>>(byName);
    }
}
