using System.Text.Json;
using Elman.Cli.Tests;
using Onnx;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Elman.Formats.Tests.Onnx;

/// <summary>Constants whose values lie in a file beside the model; nothing else on the disk is read.</summary>
public sealed class ExternalDataTests
{
    [Fact]
    public void An_export_of_PyTorch_is_read()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Fixtures", "cases", "dynamo_external.onnx");
        using JsonDocument facts = JsonDocument.Parse(File.ReadAllText(path + ".json"));
        Tensor Values(string name)
        {
            JsonElement[][][] rows = [.. facts.RootElement.GetProperty(name).EnumerateArray().Select(row => row.EnumerateArray().Select(step => step.EnumerateArray().ToArray()).ToArray())];
            return Tensor.From([.. rows.SelectMany(row => row).SelectMany(step => step).Select(value => value.GetSingle())], rows.Length, rows[0].Length, rows[0][0].Length);
        }

        Near.Equal(Values("expected").Span, OnnxFile.Read(path).Forward(Values("input")).Span, 1e-5f);
    }

    [Fact]
    public void In_a_folder_within_and_with_another_constant_behind_it()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder.File("data"));
        Write(folder.File("data/weights.bin"), [0, 1, 2, 3, 4, 5]);
        TestModel model = Model(Outside("c", ("location", "data/weights.bin"), ("offset", "4"), ("length", "8")), Outside("d", ("location", "data/weights.bin"), ("offset", "12"), ("length", "8"), ("checksum", "any")));
        File.WriteAllBytes(folder.File("model.onnx"), model.Bytes);
        Assert.Equal([1f + 3, 2f + 4], OnnxFile.Read(folder.File("model.onnx")).Forward(Tensor.Zeros(2)).Span.ToArray());
    }

    [Theory]
    [InlineData("/etc/passwd", "its values lie in the file '/etc/passwd'; only files in the model's own folder are read")]
    [InlineData("../weights.bin", "its values lie in the file '../weights.bin'; only files in the model's own folder are read")]
    [InlineData("data/../../weights.bin", "its values lie in the file 'data/../../weights.bin'; only files in the model's own folder are read")]
    [InlineData("C:weights.bin", "its values lie in the file 'C:weights.bin'; only files in the model's own folder are read")]
    [InlineData("..\\weights.bin", "its values lie in the file '..\\weights.bin'; only files in the model's own folder are read")]
    [InlineData("no\nwhere.bin", "its values lie in the file 'no\\u000awhere.bin', which is not there; put it beside the model")]
    [InlineData("link.bin", "its values lie in the file 'link.bin', to which a link leads; put the file itself into the model's folder")]
    [InlineData("linked/weights.bin", "its values lie in the file 'linked/weights.bin', to which a link leads; put the file itself into the model's folder")]
    public void Only_files_in_the_folder(string location, string message)
    {
        using TemporaryFolder folder = new();
        Write(folder.File("weights.bin"), [1, 2]);
        Directory.CreateDirectory(folder.File("model/data"));
        File.CreateSymbolicLink(folder.File("model/link.bin"), folder.File("weights.bin"));
        Directory.CreateSymbolicLink(folder.File("model/linked"), folder.Path);
        Refused(folder, "model/model.onnx", message, Outside("c", ("location", location)));
    }

    [Fact]
    public void No_more_than_the_file_holds()
    {
        using TemporaryFolder folder = new();
        Write(folder.File("weights.bin"), [1, 2]);
        const string name = "weights.bin";
        Refused(folder, "model.onnx", "its values are 12 bytes from 0 on of the file 'weights.bin', which has 8; fetch that file again", Outside("c", ("location", name), ("length", "12")));
        Refused(folder, "model.onnx", "its values are 8 bytes from 4 on of the file 'weights.bin', which has 8; fetch that file again", Outside("c", ("location", name), ("offset", "4"), ("length", "8")));
        Refused(folder, "model.onnx", "its values are 0 bytes from 9223372036854775807 on of the file 'weights.bin', which has 8; fetch that file again", Outside("c", ("location", name), ("offset", $"{long.MaxValue}")));
        Refused(folder, "model.onnx", "its offset is '-4', it should be a number of bytes", Outside("c", ("location", name), ("offset", "-4")));
        Refused(folder, "model.onnx", "its values lie in another file, but it does not say in which", Outside("c"));
        Refused(folder, "model.onnx", "shape [2] needs 8 bytes, 4 are there", Outside("c", ("location", name), ("offset", "4")));
        Refused(folder, "model.onnx", "the constants take more bytes of the file 'weights.bin' than the 8 that it has; save the model as one file", Outside("d", ("location", name)), Outside("c", ("location", name)));
    }

    private static void Refused(TemporaryFolder folder, string file, string message, params TensorProto[] constants)
    {
        File.WriteAllBytes(folder.File(file), Model(constants).Bytes);
        Assert.Equal($"{folder.File(file)}: constant 'c': {message}", Assert.Throws<ElmanException>(() => OnnxFile.Read(folder.File(file))).Message);
    }

    private static TestModel Model(params TensorProto[] constants)
    {
        TestModel model = new TestModel().Input("x", 2);
        foreach (TensorProto constant in constants) model.Constant(constant);
        return model.Node("Sum", $"x {string.Join(' ', constants.Select(constant => constant.Name))}", "y").Output("y");
    }

    private static TensorProto Outside(string name, params (string Key, string Value)[] entries)
    {
        TensorProto proto = new() { Name = name, DataType = (int)DataType.Float, DataLocation = TensorProto.Types.DataLocation.External };
        proto.Dims.Add(2);
        foreach ((string key, string value) in entries) proto.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
        return proto;
    }

    private static void Write(string path, float[] values) => File.WriteAllBytes(path, [.. values.SelectMany(BitConverter.GetBytes)]);
}
