using Elman;
using Elman.Samples.BidirectionalRnn;

RandomStream random = new(seed: 1);
BidirectionalRnn network = new(inputSize: 10, hiddenSize: 20, random);
Tensor x = Tensor.Normal(random, 5, 3, 10), hidden = Tensor.Zeros(2, 5, 20);

(Tensor aligned, Tensor final) = network.Forward(x, hidden);
(Tensor produced, _) = network.Forward(x, hidden, BackwardOrder.AsProduced);
Console.WriteLine($"x {x.Shape}, hidden {hidden.Shape} → outputs {aligned.Shape}, hidden {final.Shape}");
Console.WriteLine("The first backward output of sequence 0 at each step:");
Print("aligned in time", aligned);
Print("as produced", produced);

static void Print(string name, Tensor outputs) =>
    Console.WriteLine($"{name,16}: {string.Join("  ", outputs.Select(0, 0).Select(1, 20).Span.ToArray().Select(value => $"{value,7:F4}"))}");
