using Elman;
using Elman.Samples.RnnFromScratch;

RandomStream random = new(seed: 1);
ManyToManyRnn network = new(inputSize: 10, hiddenSize: 20, outputSize: 20, random);
Tensor x = Tensor.Normal(random, 5, 3, 10);

(Tensor y, Tensor h) = network.Forward(x);
Console.WriteLine($"x {x.Shape} → y {y.Shape}, h {h.Shape}");
Console.WriteLine($"y[0, 2] begins {string.Join("  ", y.Select(0, 0).Select(0, 2).Span[..4].ToArray().Select(value => $"{value:F4}"))}");

// Backpropagation through time follows from the record of the operations.
y.Sum().Backward();
Console.WriteLine($"|∂Σy/∂W_hidden| = {Norm(network.Cell.WHidden.Gradient!):F4}");
Console.WriteLine($"|∂Σy/∂W_input|  = {Norm(network.Cell.WInput.Gradient!):F4}");
Console.WriteLine($"|∂Σy/∂W_output| = {Norm(network.WOutput.Gradient!):F4}");

static float Norm(Tensor tensor) => MathF.Sqrt((tensor * tensor).Sum().ToScalar());
