using DataType = Onnx.TensorProto.Types.DataType;

namespace Elman.Formats.Tests.Onnx;

/// <summary>Every operator but the recurrent ones, in its forms of all operator sets, against ONNX Runtime, live; fed, and computed at load from constants.</summary>
public sealed partial class OperatorTests
{
    private static readonly Dictionary<string, OperatorCase> All = Cases().ToDictionary(each => $"{each.Type} {each.Opset} {each.Variant}".Trim());

    public static TheoryData<string> Names => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Agrees_with_the_peer(string name)
    {
        OperatorCase own = All[name];
        foreach (int fed in (int[])[own.Inputs.Length, 1, 0]) Peer.Agrees(own.Model(fed), 2e-6f, [.. own.Feeds(fed)]);
    }

    [Fact]
    public void Every_operator_is_tested()
    {
        HashSet<string> tested = [.. All.Values.Select(each => each.Type), "RNN", "GRU", "LSTM", "Scan", "If", "Loop", "Constant"];
        Assert.Equal(Operator.All.Select(each => each.Name).Order(), tested.Order());
    }

    private static IEnumerable<OperatorCase> Cases()
    {
        Tensor x = Random(1, 2, 3, 4), y = Random(2, 2, 3, 4), positive = (Random(3, 2, 3, 4) * Random(3, 2, 3, 4)) + 0.1f, row = Random(4, 4), column = Random(5, 3, 1);
        foreach (string type in (string[])["Sigmoid", "Tanh", "Relu", "Exp", "Reciprocal", "Floor", "Ceil", "Sin", "Cos", "Softplus", "Softsign", "Neg", "Abs", "Identity", "Dropout", "Size", "Shape", "Selu"])
            yield return new(type, 11, "", [x * 3]);
        foreach (string type in (string[])["Round", "Erf", "Sign", "HardSwish"]) yield return new(type, 17, "", [x * 3]);
        foreach (string type in (string[])["Log", "Sqrt"]) yield return new(type, 13, "", [positive]);
        yield return new("Elu", 7, "", [x], ("alpha", 0.7f));
        yield return new("Selu", 7, "values", [x], ("alpha", 0.7f), ("gamma", 1.3f));
        yield return new("LeakyRelu", 7, "", [x], ("alpha", 0.2f));
        yield return new("ThresholdedRelu", 10, "", [x], ("alpha", 0.3f));
        yield return new("HardSigmoid", 7, "", [x * 4], ("alpha", 0.3f), ("beta", 0.4f));
        yield return new("Gelu", 20, "", [x * 3]);
        yield return new("Gelu", 20, "tanh", [x * 3], ("approximate", "tanh"));
        yield return new("PRelu", 9, "", [x, row]);
        yield return new("Clip", 7, "", [x], ("min", -0.2f), ("max", 0.4f));
        yield return new("Clip", 13, "", [x, Tensor.Scalar(-0.2f), Tensor.Scalar(0.4f)]);
        yield return new("Clip", 13, "upper", [x, null, Tensor.Scalar(0.4f)]);
        yield return new("Dropout", 13, "", [x, Tensor.Scalar(0.5f)]);
        yield return new("Dropout", 7, "", [x], ("ratio", 0.5f));
        foreach (string type in (string[])["Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Sum"])
        {
            yield return new(type, 13, "same shape", [positive, y]);
            yield return new(type, 13, "row", [positive, row]);
            yield return new(type, 13, "column first", [column * column, positive]);
            if (type is not ("Pow" or "Sum")) yield return new(type, 13, "whole numbers", [new long[] { 7, -7, 8 }, new long[] { 2, 3, -3 }]);
        }
        yield return new("Pow", 13, "square", [x, Tensor.Scalar(2)]);
        yield return new("Pow", 13, "whole exponent", [x, new long[] { 3 }]);
        yield return new("Max", 8, "three", [x, y, row]);
        yield return new("Mod", 13, "whole numbers", [new long[] { 7, -7, 8, -8 }, new long[] { 3, 3, -3, -3 }]);
        yield return new("Mod", 13, "fmod", [x * 5, positive], ("fmod", 1));
        foreach (string type in (string[])["Equal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual"])
        {
            yield return new(type, 16, "", [x, row]) { OutputType = DataType.Bool };
            yield return new(type, 16, "whole numbers", [new long[] { 1, 2, 3 }, new long[] { 1, 3, 2 }]) { OutputType = DataType.Bool };
        }
        bool[] condition = [true, false, false, true];
        foreach (string type in (string[])["And", "Or", "Xor"]) yield return new(type, 7, "", [condition, new[] { true, true, false, false }]) { OutputType = DataType.Bool };
        yield return new("Not", 7, "", [condition]) { OutputType = DataType.Bool };
        yield return new("Where", 9, "", [condition, x, column]);
        yield return new("Where", 16, "whole numbers", [condition, new long[] { 1, 2, 3, 4 }, new long[] { 5 }]);
        yield return new("Cast", 13, "to int", [x * 10], ("to", (int)DataType.Int64)) { OutputType = DataType.Int64 };
        yield return new("Cast", 13, "to bool", [x], ("to", (int)DataType.Bool)) { OutputType = DataType.Bool };
        yield return new("Cast", 13, "to float", [new long[] { 1, -2, 3 }], ("to", (int)DataType.Float)) { OutputType = DataType.Float };
        yield return new("Transpose", 13, "", [x]);
        yield return new("Transpose", 13, "perm", [x], ("perm", new long[] { 1, 0, 2 }));
        yield return new("Transpose", 13, "perm of three", [x], ("perm", new long[] { 2, 0, 1 }));
        yield return new("Transpose", 13, "of whole numbers", [new long[] { 1, 2, 3 }]);
        yield return new("Reshape", 7, "", [x, Fixed(4, -1)]);
        yield return new("Reshape", 14, "copies", [x, Fixed(0, 0, 2, -1)]);
        yield return new("Flatten", 13, "", [x], ("axis", 2));
        yield return new("Flatten", 13, "all", [x], ("axis", 0));
        Tensor thin = Random(6, 1, 3, 1);
        yield return new("Squeeze", 11, "", [thin], ("axes", new long[] { 2 }));
        yield return new("Squeeze", 13, "", [thin, Fixed(0, -1)]);
        yield return new("Squeeze", 13, "all", [thin]);
        yield return new("Unsqueeze", 11, "", [x], ("axes", new long[] { 0, 4 }));
        yield return new("Unsqueeze", 13, "", [x, Fixed(-1, 1)]);
        yield return new("Concat", 13, "", [x, y, Random(7, 2, 1, 4)], ("axis", 1));
        yield return new("Concat", 13, "whole numbers", [new long[] { 1 }, new long[] { 2, 3 }], ("axis", 0));
        yield return new("Expand", 13, "", [column, Fixed(2, 1, 4)]);
        yield return new("Tile", 13, "", [column, Fixed(2, 3)]);
        yield return new("Shape", 15, "part", [x], ("start", 1), ("end", -1));
        yield return new("Gather", 13, "", [x, Fixed(2, 0, -1)], ("axis", 1));
        yield return new("Gather", 13, "embedding", [Random(8, 9, 4), new long[] { 3, 8, 0, 3 }]);
        yield return new("Gather", 13, "whole numbers", [new long[] { 5, 6, 7 }, Fixed(1)]);
        yield return new("Slice", 9, "", [x], ("starts", new long[] { 1, -3 }), ("ends", new long[] { 9, -1 }), ("axes", new long[] { 1, 2 }));
        yield return new("Slice", 13, "", [x, Fixed(1, -3), Fixed(9, -1), Fixed(1, 2)]);
        yield return new("Slice", 13, "backwards", [x, Fixed(-1, 9), Fixed(-9, 0), Fixed(1, 2), Fixed(-1, -2)]);
        yield return new("Slice", 13, "steps of whole numbers", [new long[] { 1, 2, 3, 4, 5 }, Fixed(0), Fixed(long.MaxValue), Fixed(0), Fixed(2)]);
        yield return new("Slice", 13, "nothing", [x, Fixed(3), Fixed(1)]);
        yield return new("Split", 11, "", [x], ("axis", 2), ("split", new long[] { 1, 3 })) { Outputs = 2 };
        yield return new("Split", 13, "", [x, Fixed(3, 1)], ("axis", -1)) { Outputs = 2 };
        yield return new("Split", 13, "equal", [x], ("axis", 2)) { Outputs = 2 };
        yield return new("Split", 18, "uneven", [x], ("axis", 1), ("num_outputs", 2)) { Outputs = 2 };
        yield return new("Pad", 10, "", [x], ("pads", new long[] { 0, 1, 0, 0, 0, 2 }), ("value", 0.5f));
        yield return new("Pad", 13, "", [x, Fixed(0, 1, 2, 0, 0, 1), Tensor.Scalar(0.5f)]);
        yield return new("Pad", 13, "cut", [x, Fixed(0, -1, 0, 0, 0, -2)]);
        yield return new("Pad", 13, "reflect", [x, Fixed(0, 2, 0, 0, 1, 3)], ("mode", "reflect"));
        yield return new("Pad", 13, "edge", [x, Fixed(0, 2, 0, 0, 1, 3)], ("mode", "edge"));
        yield return new("Pad", 18, "axes", [x, Fixed(2, 1), null, Fixed(-1)]);
        yield return new("Pad", 19, "wrap", [x, Fixed(0, 2, 0, 0, 1, 3)], ("mode", "wrap"));
        yield return new("CumSum", 14, "", [x, Fixed(1)]);
        yield return new("CumSum", 11, "backwards, before each", [x, Fixed(-1)], ("reverse", 1), ("exclusive", 1));
        yield return new("CumSum", 14, "whole numbers", [new long[] { 1, 2, 3, -4 }, Fixed(0)], ("exclusive", 1));
        Tensor few = Random(12, 2, 2, 3);
        yield return new("ScatterElements", 11, "", [x, Indices([0, 2, 1, -1, 1, 2, 3, 2, 0, 1, 0, -2], 2, 2, 3), few], ("axis", 2));
        yield return new("ScatterElements", 18, "other axis", [x, Indices([0, -1, 1, 1, 0, 2, 2, 1, 0, 0, 2, 1], 2, 2, 3), few], ("axis", 1));
        yield return new("ScatterElements", 16, "whole numbers", [new long[] { 1, 2, 3, 4 }, Fixed(3, 0), new long[] { 7, 8 }]);
        yield return new("ReverseSequence", 10, "time first", [Random(9, 3, 2, 4), new long[] { 2, 3 }], ("time_axis", 0), ("batch_axis", 1));
        yield return new("ReverseSequence", 10, "batch first", [Random(9, 2, 3, 4), new long[] { 1, 3 }], ("time_axis", 1), ("batch_axis", 0));
        yield return new("ConstantOfShape", 9, "", [Fixed(2, 3)]);
        yield return new("ConstantOfShape", 9, "value", [Fixed(2, 3)], ("value", TensorCodec.Write("", [7L], 1)));
        yield return new("Range", 11, "", [Whole(2), Whole(11), Whole(4)]);
        yield return new("Range", 11, "backwards", [Tensor.Scalar(2), Tensor.Scalar(-1), Tensor.Scalar(-0.5f)]);
        foreach (string type in (string[])["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceL2", "ReduceProd", "ReduceL1", "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp"])
        {
            Tensor given = type == "ReduceLogSum" ? positive : x;
            yield return new(type, 11, "", [given], ("axes", new long[] { 1, -1 }));
            yield return new(type, 11, "all", [given], ("keepdims", 0));
            yield return new(type, 18, "", [given, Fixed(1)], ("keepdims", 0));
            yield return new(type, 18, "nothing", [given], ("noop_with_empty_axes", 1));
            yield return new(type, 18, "outer axes", [given, Fixed(0, 2)]);
        }
        foreach (string type in (string[])["ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd"])
        {
            yield return new(type, 18, "whole numbers", [new long[] { 5, -7, 3 }, Fixed(0)], ("keepdims", 0));
            yield return new(type, 18, "whole numbers of two axes", [Indices([5, -7, 3, 2, 9, -4], 2, 3), Fixed(0)]) { OutputType = DataType.Int64 };
        }
        yield return new("ReduceLogSumExp", 18, "of large values", [x * 300, Fixed(2)]);
        yield return new("ReduceProd", 13, "", [new long[] { 2, 3, 4 }], ("keepdims", 0));
        yield return new("ReduceProd", 13, "kept", [row], ("axes", new long[] { 0 }));
        yield return new("ArgMax", 13, "", [x], ("axis", 1)) { OutputType = DataType.Int64 };
        yield return new("ArgMax", 13, "dropped", [x], ("axis", -1), ("keepdims", 0)) { OutputType = DataType.Int64 };
        foreach (string type in (string[])["Softmax", "LogSoftmax"])
        {
            yield return new(type, 11, "", [x * 5]);
            yield return new(type, 11, "axis 2", [x * 5], ("axis", 2));
            yield return new(type, 13, "", [x * 5]);
            yield return new(type, 13, "axis 1", [x * 5], ("axis", 1));
        }
        yield return new("LayerNormalization", 17, "", [x, row, Random(10, 4)]);
        yield return new("LayerNormalization", 17, "axis 1", [x, Random(11, 3, 4)], ("axis", 1), ("epsilon", 0.01f));
        yield return new("BatchNormalization", 9, "", [x, Random(12, 3), Random(13, 3), Random(14, 3), Random(15, 3) + 1]);
        yield return new("BatchNormalization", 15, "", [Random(16, 5, 3), Random(12, 3), Random(13, 3), Random(14, 3), Random(15, 3) + 1], ("epsilon", 0.1f));
        yield return new("MatMul", 13, "matrix", [x, Random(17, 4, 5)]);
        yield return new("MatMul", 13, "batches", [x, Random(18, 2, 4, 5)]);
        yield return new("MatMul", 13, "broadcast", [Random(19, 2, 1, 3, 4), Random(20, 6, 4, 5)]);
        yield return new("MatMul", 13, "one left matrix", [Random(21, 3, 4), Random(22, 2, 4, 5)]);
        yield return new("MatMul", 13, "vectors", [row, Random(23, 4)]);
        yield return new("MatMul", 13, "vector left", [row, Random(24, 2, 4, 5)]);
        yield return new("MatMul", 13, "vector right", [x, row]);
        Tensor a = Random(25, 3, 4), b = Random(26, 4, 5);
        yield return new("Gemm", 13, "", [a, b, Random(27, 5)]);
        yield return new("Gemm", 13, "transposed", [a.Transpose(), b.Transpose(), Random(27, 5)], ("transA", 1), ("transB", 1), ("alpha", 0.5f), ("beta", 2f));
        yield return new("Gemm", 11, "without bias", [a, b]);
        yield return new("Gemm", 13, "bias per row", [a, b, Random(28, 3, 1)], ("beta", 0.3f));
        yield return new("Gemm", 9, "scalar bias", [a, b, Tensor.Scalar(0.3f)]);
        foreach (OperatorCase each in Spatial().Concat(Others())) yield return each;
    }

    private static Tensor Random(int seed, params int[] shape) => Tensor.Uniform(new RandomStream((ulong)seed), -1, 1, shape);

    /// <summary>Whole numbers that are always constant.</summary>
    private static Constant Fixed(params long[] values) => new(TensorCodec.Write("", values, values.Length));

    /// <summary>Whole numbers of several axes, always constant.</summary>
    private static Constant Indices(long[] values, params long[] shape) => new(TensorCodec.Write("", values, shape));

    private static Constant Whole(long value) => new(TensorCodec.Write("", [value]));

    /// <summary>Weights that are always constant.</summary>
    private static Constant Kernel(int seed, params int[] shape) => new(TensorCodec.Write("", Random(seed, shape).Span, Array.ConvertAll(shape, extent => (long)extent)));

    private sealed record Constant(global::Onnx.TensorProto Proto);

    /// <summary>An input is a tensor, whole numbers, booleans, a constant, or null if it is left out. Those after the first so many are constant too.</summary>
    private sealed record OperatorCase(string Type, int Opset, string Variant, object?[] Inputs, params (string Name, object Value)[] Attributes)
    {
        public int Outputs { get; init; } = 1;

        /// <summary>The output from which on they are of whole numbers.</summary>
        public int Whole { get; init; } = int.MaxValue;

        public DataType? OutputType { get; init; }

        public IEnumerable<(string Name, Tensor Value)> Feeds(int fed) =>
            Inputs.Take(fed).Select((input, i) => (Name: $"in{i}", Value: Value(input))).Where(feed => feed.Value is not null).Select(feed => (feed.Name, feed.Value!));

        public TestModel Model(int fed)
        {
            TestModel model = new(Opset);
            List<string> names = [];
            for (int i = 0; i < Inputs.Length; i++)
            {
                names.Add(Inputs[i] is null ? "_" : $"in{i}");
                if (Inputs[i] is Constant constant) model.Constant(new global::Onnx.TensorProto(constant.Proto) { Name = $"in{i}" });
                else if (Inputs[i] is { } input && i < fed) model.Input($"in{i}", TypeOf(input), [.. Value(input)!.Shape.Extents.ToArray().Cast<object>()]);
                else if (Inputs[i] is Tensor tensor) model.Constant($"in{i}", tensor);
                else if (Inputs[i] is long[] integers) model.Constant($"in{i}", integers);
                else if (Inputs[i] is bool[] flags) model.Constant(Flags($"in{i}", flags));
            }
            string[] outputs = [.. Enumerable.Range(0, Outputs).Select(i => $"out{i}")];
            model.Node(Type, string.Join(' ', names), string.Join(' ', outputs), Attributes);
            for (int i = 0; i < outputs.Length; i++) model.Output(outputs[i], i >= Whole ? DataType.Int64 : OutputType ?? Default());
            return model;
        }

        private DataType Default() => Type is "Shape" or "Size" || Inputs.OfType<Tensor>().FirstOrDefault() is null && (Inputs.Any(input => input is long[]) || Type == "Range" || Attributes.Any(attribute => attribute.Name == "value"))
            ? DataType.Int64 : DataType.Float;

        private static DataType TypeOf(object input) => input switch { long[] => DataType.Int64, bool[] => DataType.Bool, _ => DataType.Float };

        private static Tensor? Value(object? input) => input switch
        {
            Tensor tensor => tensor,
            long[] integers => Tensor.From(Array.ConvertAll(integers, value => (float)value), integers.Length),
            bool[] flags => Tensor.From(Array.ConvertAll(flags, value => value ? 1f : 0), flags.Length),
            _ => null,
        };

        private static global::Onnx.TensorProto Flags(string name, bool[] flags)
        {
            global::Onnx.TensorProto proto = new() { Name = name, DataType = (int)DataType.Bool };
            proto.Dims.Add(flags.Length);
            proto.Int32Data.Add(flags.Select(flag => flag ? 1 : 0));
            return proto;
        }
    }
}
