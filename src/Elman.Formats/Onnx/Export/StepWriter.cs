using System.Globalization;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Elman.Formats;

/// <summary>One time step as a graph of basic operators, and that graph as the body of a loop.</summary>
/// <param name="body">The graph to fill.</param>
/// <param name="place">What its names begin with.</param>
internal abstract class StepWriter(GraphWriter body, string place)
{
    /// <summary>The graph that is filled.</summary>
    public GraphWriter Body => body;

    /// <summary>The parts of the state, h first: their names and widths.</summary>
    public abstract IReadOnlyList<(string Name, int Width)> States { get; }

    /// <summary>I.</summary>
    public abstract int InputSize { get; }

    /// <summary>From x [N, I] and the state before the step to the state after it, part by part [N, H].</summary>
    public abstract string[] Next(string x, string[] states);

    /// <summary>Makes the graph the body of a loop: from the state, x, and, if asked for, whether the step is valid [N, 1], to the next state and the output h.</summary>
    public void Write(bool ragged)
    {
        string[] states = [.. States.Select(state => Input(state.Name, DataType.Float, state.Width))];
        string x = Input("x", DataType.Float, InputSize), valid = ragged ? Input("valid", DataType.Bool, 1) : "";
        string[] next = Next(x, states);
        for (int part = 0; part < next.Length; part++)
            Output(ragged ? Node("Where", valid, next[part], states[part]) : next[part], $"{States[part].Name}_next", States[part].Width);
        Output(ragged ? Node("Where", valid, next[0], Scalar(0)) : next[0], "y", States[0].Width);
    }

    protected string Place => place;

    protected string Node(string type, params ReadOnlySpan<string> inputs) => body.Node(place, type, inputs);

    protected string Constant(Tensor value) => body.Constant(ModuleWriter.Named(place, "constant"), value);

    protected string Scalar(float value) => body.Constant(ModuleWriter.Named(place, "scalar"), [value]);

    /// <summary>x Wᵀ of weights [O, I].</summary>
    protected string Product(string value, Tensor weight) => Node("MatMul", value, Constant(weight.Transpose()));

    private string Input(string name, DataType type, int width) => body.Input(ModuleWriter.Named(place, name), type, "batch", Number(width));

    private void Output(string value, string name, int width) => body.Output(value, ModuleWriter.Named(place, name), "batch", Number(width));

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
