using Elman.Samples.BidirectionalRnn;
using Elman.Samples.RnnFromScratch;
using Elman.Samples.TrainedNetworks;
using Elman.Tests.Reference;
using Elman.Tests.Tensors;

namespace Elman.Tests.Samples;

public class TrainedNetworksTests
{
    [Fact]
    public void The_many_to_many_network_written_with_layers_gives_the_same_numbers()
    {
        ManyToManyRnn scratch = new(10, 20, 7, new RandomStream(1));
        ManyToMany layers = new(scratch);
        Tensor x = Some.Tensor(5, 3, 10), h = Some.Seeded(2, 5, 20);
        (Tensor y, Tensor final) = scratch.Forward(x, h);
        (Tensor otherY, Tensor otherFinal) = layers.Forward(x, h);
        Near.Equal(y.Span, otherY.Span, 1e-6, "y");
        Near.Equal(final.Span, otherFinal.Span, 1e-6, "h");
        Near.Equal(scratch.Forward(x).Y.Span, layers.Forward(x).Span, 1e-6, "y from zeros");
    }

    [Fact]
    public void The_bidirectional_network_written_with_layers_gives_the_same_numbers()
    {
        BidirectionalRnn cells = new(10, 20, new RandomStream(1));
        BidirectionalLayers layers = new(cells);
        Tensor x = Some.Tensor(5, 3, 10), hidden = Some.Seeded(2, 2, 5, 20);
        (Tensor y, Tensor final) = cells.Forward(x, hidden);
        (Tensor otherY, Tensor otherFinal) = layers.Forward(x, hidden);
        Near.Equal(y.Span, otherY.Span, 1e-6, "y");
        Near.Equal(final.Span, otherFinal.Span, 1e-6, "hidden");
        Near.Equal(cells.Forward(x).Span, layers.Forward(x).Span, 1e-6, "y from zeros");
    }

    [Fact]
    public void An_LSTM_learns_to_add_over_ragged_sequences()
    {
        RandomStream random = new(1);
        LastStateNetwork network = new(new Lstm(2, 32, random), 1, random);
        Assert.InRange(new AddingProblem(longest: 20).Train(network, epochs: 30), 0, 0.01);
    }

    [Fact]
    public void Knowing_both_sides_tells_where_words_end()
    {
        RandomStream random = new(1);
        WordBoundaries boundaries = new(Path.Combine(AppContext.BaseDirectory, "shakespeare.txt"));
        Assert.Equal(0.783, boundaries.Never, 0.001);
        Sequential network = new(
            new Embedding(WordBoundaries.Letters, 16, random), new Lstm(16, 32, random, new RecurrentOptions { Direction = Direction.Both }), new Linear(64, 2, random));
        Assert.InRange(boundaries.Train(network, epochs: 3), 0.91, 1);
    }
}
