using Elman;
using Elman.Samples.BidirectionalRnn;
using Elman.Samples.RnnFromScratch;
using Elman.Samples.TrainedNetworks;

Console.WriteLine("The same numbers from the same weights, written with layers:");
RandomStream random = new(seed: 1);
ManyToManyRnn scratch = new(10, 20, 20, random);
BidirectionalRnn cells = new(10, 20, random);
Tensor x = Tensor.Normal(random, 5, 3, 10), h = Tensor.Normal(random, 5, 20), hidden = Tensor.Normal(random, 2, 5, 20);
Compare("many to many", scratch.Forward(x, h).Y, new ManyToMany(scratch).Forward(x, h).Y);
Compare("bidirectional", cells.Forward(x, hidden).Outputs, new BidirectionalLayers(cells).Forward(x, hidden).Outputs);

Console.WriteLine();
Console.WriteLine("The adding problem, 25 to 50 steps: mean squared error on unseen sequences");
Console.WriteLine($"  always 1              {1.0 / 6:F5}");
AddingProblem adding = new(longest: 50);
foreach (string cell in (string[])["rnn", "lstm"])
{
    LastStateNetwork network = new(Cells.Create(cell, 2, 32, random), 1, random);
    Console.WriteLine($"  {cell,-22}{adding.Train(network, epochs: 60):F5}");
}

Console.WriteLine();
Console.WriteLine("Where words end in Shakespeare without spaces: share of unseen letters told right");
WordBoundaries boundaries = new(Path.Combine(AppContext.BaseDirectory, "shakespeare.txt"));
Console.WriteLine($"  never                 {boundaries.Never:P1}");
Tag("letter by letter", new Linear(16, 2, random));
Tag("lstm, letters before", new Lstm(16, 64, random), new Linear(64, 2, random));
Tag("lstm, both sides", new Lstm(16, 64, random, new RecurrentOptions { Direction = Direction.Both }), new Linear(128, 2, random));

void Tag(string name, params Module[] layers) =>
    Console.WriteLine($"  {name,-22}{boundaries.Train(new Sequential([new Embedding(WordBoundaries.Letters, 16, random), .. layers]), epochs: 8):P1}");

static void Compare(string name, Tensor one, Tensor other)
{
    float largest = 0;
    foreach (float difference in (one - other).Span) largest = Math.Max(largest, Math.Abs(difference));
    Console.WriteLine($"  {name,-22}{(largest < 1e-6 ? "differ by less than 0.000001" : $"differ by {largest}")}");
}
