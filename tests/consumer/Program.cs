using System.Diagnostics;
using System.Numerics.Tensors;
using Elman;
using Tensor = Elman.Tensor;

// Learns to tell the phase of a wave, saves, loads, and streams. Prints the path, what was learned, and the best time of a training step in microseconds.
RandomStream random = new(3);
Sequential net = new(new Lstm(1, 64, random, new RecurrentOptions { Layers = 2 }), new Linear(64, 4, random));
Adam adam = new(net.Parameters(), 3e-3);
const int batch = 16, steps = 24;
Tensor input = Tensor.From([.. Enumerable.Range(0, batch * steps).Select(i => MathF.Sin(i * 0.37f))], batch, steps, 1);
int[] classes = [.. Enumerable.Range(0, batch * steps).Select(i => (int)(i * 0.37f / MathF.Tau * 4) % 4)];
(float loss, double best) = (0, double.MaxValue);
for (int turn = 0; turn < 200; turn++)
{
    Stopwatch watch = Stopwatch.StartNew();
    using TensorScope scope = TensorScope.Begin();
    net.ZeroGradients();
    Tensor error = Loss.CrossEntropy(net.Forward(input), classes);
    error.Backward();
    adam.Step();
    loss = error.ToScalar();
    best = Math.Min(best, watch.Elapsed.TotalMicroseconds);
}
string path = Path.Combine(Path.GetTempPath(), $"consumer-{Environment.ProcessId}.elman");
NetworkFile.Save(path, net);
Module again = NetworkFile.Load(path);
File.Delete(path);
RecurrentStream stream = again.OpenStream();
for (int i = 0; i < 100; i++) stream.Step(MathF.Sin(i * 0.37f));
int likeliest = TensorPrimitives.IndexOfMax(stream.Step(0.5f));
Console.WriteLine(FormattableString.Invariant($"{InstructionSet.Current} {Convert.ToHexString(net.Fingerprint())[..16]} loss {loss:R} class {likeliest} step {best:0}"));
