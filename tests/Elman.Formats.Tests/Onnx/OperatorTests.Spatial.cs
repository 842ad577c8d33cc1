using DataType = Onnx.TensorProto.Types.DataType;

namespace Elman.Formats.Tests.Onnx;

/// <summary>Windows over axes: convolutions and poolings.</summary>
public sealed partial class OperatorTests
{
    private static IEnumerable<OperatorCase> Spatial()
    {
        Tensor signal = Random(29, 2, 4, 9);
        yield return new("Conv", 11, "", [signal, Kernel(30, 3, 4, 3), Kernel(31, 3)]);
        yield return new("Conv", 11, "padded, spread, in steps", [signal, Kernel(30, 3, 4, 3)], ("pads", new long[] { 2, 1 }), ("dilations", new long[] { 2 }), ("strides", new long[] { 2 }), ("kernel_shape", new long[] { 3 }));
        yield return new("Conv", 11, "groups", [signal, Kernel(32, 6, 2, 2), Kernel(33, 6)], ("group", 2));
        yield return new("Conv", 11, "same upper", [signal, Kernel(34, 3, 4, 4)], ("auto_pad", "SAME_UPPER"), ("strides", new long[] { 2 }));
        yield return new("Conv", 11, "same lower", [signal, Kernel(34, 3, 4, 4)], ("auto_pad", "SAME_LOWER"));
        Tensor image = Random(40, 2, 4, 7, 9);
        yield return new("Conv", 11, "1 x K", [Random(41, 2, 3, 1, 9), Kernel(42, 5, 3, 1, 3), Kernel(43, 5)], ("kernel_shape", new long[] { 1, 3 }), ("pads", new long[] { 0, 1, 0, 1 }));
        yield return new("Conv", 11, "two axes", [image, Kernel(44, 5, 4, 3, 2), Kernel(43, 5)], ("pads", new long[] { 1, 0, 2, 1 }), ("strides", new long[] { 2, 1 }), ("dilations", new long[] { 1, 3 }));
        yield return new("Conv", 11, "two axes, groups", [image, Kernel(45, 6, 2, 3, 3)], ("group", 2), ("strides", new long[] { 2, 2 }), ("auto_pad", "SAME_UPPER"));
        yield return new("Conv", 22, "two axes, each channel", [image, Kernel(46, 4, 1, 3, 3), Kernel(47, 4)], ("group", 4), ("dilations", new long[] { 2, 2 }));
        foreach (string type in (string[])["MaxPool", "AveragePool"])
        {
            yield return new(type, 7, "one axis", [signal], ("kernel_shape", new long[] { 2 }), ("strides", new long[] { 2 }));
            yield return new(type, 11, "", [image], ("kernel_shape", new long[] { 3, 2 }));
            yield return new(type, 12, "padded", [image], ("kernel_shape", new long[] { 3, 2 }), ("pads", new long[] { 1, 0, 2, 1 }), ("strides", new long[] { 2, 1 }));
            yield return new(type, 19, "rounded up", [image], ("kernel_shape", new long[] { 3, 2 }), ("strides", new long[] { 3, 2 }), ("ceil_mode", 1));
            yield return new(type, 19, "rounded up, padded", [image], ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 3 }), ("pads", new long[] { 1, 1, 1, 1 }), ("ceil_mode", 1));
            yield return new(type, 19, "spread", [image], ("kernel_shape", new long[] { 2, 3 }), ("dilations", new long[] { 3, 2 }), ("pads", new long[] { 1, 1, 0, 2 }));
            yield return new(type, 11, "same upper", [image], ("kernel_shape", new long[] { 2, 3 }), ("strides", new long[] { 2, 2 }), ("auto_pad", "SAME_UPPER"));
            yield return new(type, 11, "same lower", [image], ("kernel_shape", new long[] { 2, 4 }), ("auto_pad", "SAME_LOWER"));
            yield return new(type, 22, "valid", [signal], ("kernel_shape", new long[] { 4 }), ("strides", new long[] { 2 }), ("auto_pad", "VALID"));
            yield return new($"Global{type}", 7, "one axis", [signal]);
            yield return new($"Global{type}", 22, "two axes", [image]);
        }
        yield return new("AveragePool", 7, "with the padding", [image], ("kernel_shape", new long[] { 3, 2 }), ("pads", new long[] { 1, 0, 2, 1 }), ("count_include_pad", 1));
        yield return new("AveragePool", 19, "with the padding, rounded up", [image], ("kernel_shape", new long[] { 3, 2 }), ("strides", new long[] { 3, 2 }), ("pads", new long[] { 1, 1, 0, 1 }), ("count_include_pad", 1), ("ceil_mode", 1));
        Tensor steps = Tensor.From([.. Enumerable.Range(0, 2 * 3 * 5 * 6).Select(i => (float)(i * 7 % 5))], 2, 3, 5, 6);
        yield return new("MaxPool", 12, "places, of equal values", [steps], ("kernel_shape", new long[] { 3, 3 }), ("pads", new long[] { 1, 1, 1, 1 })) { Outputs = 2, Whole = 1 };
        yield return new("MaxPool", 12, "places by columns", [image], ("kernel_shape", new long[] { 2, 3 }), ("strides", new long[] { 2, 2 }), ("storage_order", 1)) { Outputs = 2, Whole = 1 };
        Tensor x = Random(50, 2, 3, 4);
        yield return new("GatherElements", 11, "", [x, Indices([0, 2, 1, -1, 1, 2, 3, 2, 0, 1, 0, -2], 2, 2, 3)], ("axis", 2));
        yield return new("GatherElements", 13, "other axis", [x, Indices([0, -1, 1, 1, 0, 2, 2, 1, 0, 0, 2, 1], 2, 2, 3)], ("axis", 1));
        yield return new("GatherElements", 13, "whole numbers", [new long[] { 1, 2, 3, 4 }, Fixed(3, 0, -2)]);
    }
}
