using System.Text;
using System.Text.RegularExpressions;
using Elman.Tests;

namespace Elman.Cli.Tests;

public sealed class ConversionTests : IDisposable
{
    /// <summary>No state dict tells that the tagger's norm is a LayerNorm.</summary>
    private const string Order = "embed,lstm,norm:layernorm,out";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static string Fixture(string name) => Repository.File($"tests/Elman.Formats.Tests/Fixtures/PyTorch/{name}");

    [Fact]
    public void A_state_dict_becomes_a_model_file_and_goes_back_with_the_same_names_and_bytes()
    {
        string model = _folder.File("tagger.elman"), back = _folder.File("tagger.safetensors");
        var there = Command.Run("convert", "--order", Order, Fixture("tagger.pt"), model);
        Assert.Equal(0, there.Code);
        Assert.True(LargestDifference(there.Out) is > 0 and < 1e-6, there.Out);
        Assert.Contains("by PyTorch's rules in double precision, on the file's own numbers: largest difference", there.Out);
        Assert.Contains($"wrote {model}", there.Error);
        Assert.Equal(["embedding 7 → 3", "lstm 3 → 4, 2 layers, bidirectional", "layer norm 8, epsilon 1E-05", "linear 8 → 2"], NetworkFile.Load(model).Children.Select(child => child.Module.Description));

        Assert.Equal(0, Command.Run("convert", model, back).Code);
        Assert.Equal(File.ReadAllBytes(Fixture("tagger.safetensors")), File.ReadAllBytes(back));
    }

    [Fact]
    public void Verify_measures_how_far_two_files_are_apart()
    {
        string model = _folder.File("tagger.elman");
        Assert.Equal(0, Command.Run("convert", "--order", Order, Fixture("tagger-legacy.pt"), model).Code);
        Assert.Equal(0, Command.Run("verify", Fixture("tagger.pt"), model).Code);
        Assert.Equal(0, LargestDifference(Command.Run("verify", model, Fixture("tagger.safetensors")).Out));

        // Half precision: the weights are off by 2^-11 of their size, the outputs by some 1e-3.
        var half = Command.Run("verify", Fixture("tagger-f16.pt"), model);
        Assert.Equal(1, half.Code);
        Assert.InRange(LargestDifference(half.Out), 1e-5, 1e-2);
        Assert.Contains("above the tolerance of 1E-5", half.Out);
        Assert.Equal(0, Command.Run("verify", Fixture("tagger-f16.pt"), model, "--tolerance", "0.01").Code);
    }

    [Fact]
    public void An_ONNX_graph_is_measured_node_by_node_against_the_layers_it_becomes()
    {
        string graph = _folder.File("tagger.onnx"), model = _folder.File("tagger.elman");
        Assert.Equal(0, Command.Run("convert", "--order", Order, Fixture("tagger.pt"), graph).Code);
        var back = Command.Run("convert", graph, model);
        Assert.Equal(0, back.Code);
        Assert.Contains("by the graph as the file states it, node by node: largest difference", back.Out);
        Assert.DoesNotContain("not compared", back.Error);
        Assert.Equal(0, Command.Run("verify", "--order", Order, Fixture("tagger.pt"), model).Code);
        Assert.Contains("input         input [batch, time], whole numbers", Command.Run("inspect", graph).Out);

        // A graph of one node that gives the directions an axis of their own is no chain of layers.
        string node = Repository.File("tests/Elman.Formats.Tests/Fixtures/onnx_node/test_lstm_defaults/model.onnx");
        var refusal = Command.Run("convert", node, model);
        Assert.Equal(2, refusal.Code);
        Assert.Contains("the graph is no chain of layers", refusal.Error);
        Assert.Equal(0, Command.Run("inspect", node).Code);
    }

    [Fact]
    public void A_forecaster_becomes_an_ONNX_model()
    {
        string model = SmallData.Train(_folder, _folder.Write("data.csv", SmallData.Wave())), graph = _folder.File("small.onnx");
        var outcome = Command.Run("convert", model, graph);
        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.True(LargestDifference(outcome.Out) < 1e-5, outcome.Out);
        Assert.Equal(0, Command.Run("verify", model, graph).Code);
    }

    [Fact]
    public void What_is_written_as_a_loop_is_compared_but_does_not_become_layers_again()
    {
        string model = _folder.File("small.elman"), graph = _folder.File("small.onnx");
        NetworkFile.Save(model, new Gru(2, 3, new RandomStream(1), new RecurrentOptions { LayerNorm = true }));
        var outcome = Command.Run("convert", model, graph);
        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.True(LargestDifference(outcome.Out) < 1e-5, outcome.Out);
        Assert.Equal(0, Command.Run("verify", model, graph).Code);
        outcome = Command.Run("convert", graph, _folder.File("back.elman"));
        Assert.Equal(2, outcome.Code);
        Assert.Contains("(Scan): no layer is made of a body of operators", outcome.Error);
    }

    [Fact]
    public void What_would_compute_something_else_is_not_written()
    {
        string path = _folder.File("tagger.elman");
        var outcome = Command.Run("convert", "--order", Order, Fixture("tagger.pt"), path, "--tolerance", "1e-9");
        Assert.Equal(1, outcome.Code);
        Assert.Contains($"{path} was not written: it would compute something else", outcome.Error);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Rules_rename_tensors_and_an_entry_names_one_of_several_state_dicts()
    {
        string path = _folder.File("one.elman");
        Assert.Equal(0, Command.Run("convert", Fixture("layers.pt"), path, "--entry", "gru-2-bi-bias", "--map", "=top.").Code);
        Assert.Equal("top.weight_ih_l0", NetworkFile.Load(path).Parameters().First().Name);
        var outcome = Command.Run("convert", Fixture("tagger.pt"), path, "--map", "embed.=out.emb.", "--map", "out.=embed.", "--order", "out.emb,lstm,norm:layernorm,embed");
        Assert.Equal(0, outcome.Code);
        Assert.Equal("out.emb.weight", NetworkFile.Load(path).Parameters().First().Name);
    }

    [Fact]
    public void Models_of_Keras_and_RTNeural_become_model_files()
    {
        string keras = _folder.File("keras.elman"), amplifier = _folder.File("amplifier.elman"), back = _folder.File("amplifier.json");
        Assert.Equal(0, Command.Run("convert", Repository.File("tests/Elman.Formats.Tests/Fixtures/keras/directions.keras"), keras).Code);
        Assert.Equal(0, Command.Run("verify", Repository.File("tests/Elman.Formats.Tests/Fixtures/keras/directions.keras"), keras).Code);
        Assert.Equal(0, Command.Run("convert", Repository.File("tests/Elman.Formats.Tests/Fixtures/rtneural/lstm.json"), amplifier).Code);
        Assert.Equal(0, Command.Run("convert", amplifier, back).Code);
        Assert.Equal(0, LargestDifference(Command.Run("verify", amplifier, back).Out));
    }

    [Fact]
    public void Inspect_shows_any_kind_of_file()
    {
        string model = _folder.File("tagger.elman");
        Command.Run("convert", "--order", Order, Fixture("tagger.pt"), model);
        var shown = new StringBuilder();
        foreach (string file in new[] { model, Fixture("checkpoint.pt"), Fixture("tagger-bf16.pt"), Fixture("tagger.safetensors"), Fixture("views.pt") })
        {
            var outcome = Command.Run("inspect", file);
            Assert.Equal(0, outcome.Code);
            Assert.Empty(outcome.Error);
            shown.Append($"$ elman inspect {Path.GetFileName(file)}\n{outcome.Out}");
        }

        Snapshot.Match("inspect", shown.ToString());
    }

    [Fact]
    public void Whatever_is_wrong_is_one_line()
    {
        File.WriteAllBytes(_folder.File("cut.pt"), File.ReadAllBytes(Fixture("tagger.pt"))[..4000]);
        File.WriteAllBytes(_folder.File("cut.onnx"), File.ReadAllBytes(Repository.File("tests/Elman.Formats.Tests/Fixtures/onnx_node/test_lstm_defaults/model.onnx"))[..150]);
        _folder.Write("text.elman", "date,y\n");
        _folder.Write("other.json", "{\"layers\": 1}");
        var answers = new StringBuilder();
        string[][] wrong =
        [
            ["convert", "missing.pt", "x.elman"],
            ["convert", "cut.pt", "x.elman"],
            ["convert", "text.elman", "x.elman"],
            ["convert", "other.json", "x.elman"],
            ["convert", Fixture("os-system.pt"), "x.elman"],
            ["convert", Fixture("whole-module.pt"), "x.elman"],
            ["convert", Fixture("complex.pt"), "x.elman"],
            ["convert", Fixture("views.pt"), "x.elman"],
            ["convert", Fixture("layers.pt"), "x.elman"],
            ["convert", Fixture("layers.pt"), "x.elman", "--entry", "rnn"],
            ["convert", Fixture("tagger.pt"), "x.elman", "--map", "embed"],
            ["convert", Fixture("tagger.pt"), "x.elman", "--map", "nothing.=x."],
            ["convert", Fixture("tagger.pt"), "x.elman", "--map", "lstm.=norm."],
            ["convert", Fixture("tagger.pt"), "x.elman", "--map", "norm.weight=lstm.weight_ih_l0"],
            ["convert", Fixture("tagger.pt"), "x.elman", "--order", Order, "--map", "norm.weight=norm.scale"],
            ["convert", Fixture("tagger.pt"), "x.elman", "--order", Order, "--map", "lstm.weight_hh_l1=lstm.spare"],
            ["convert", Fixture("tagger.pt"), "x.unknown"],
            ["convert", Fixture("tagger.pt"), "x.pt"],
            ["convert", Fixture("tagger.pt"), "x.json", "--order", Order],
            ["convert", Fixture("tagger.pt"), "x.elman", "--to", "tarot"],
            ["convert", "cut.pt", "cut.pt", "--to", "elman"],
            ["verify", Fixture("tagger.pt"), "missing.elman"],
            ["inspect", "cut.pt"],
            ["inspect", "cut.onnx"],
        ];
        foreach (string[] args in wrong)
        {
            var outcome = Command.Run(Array.ConvertAll(args, arg => Regex.IsMatch(arg, @"^[a-z]+\.(pt|onnx|elman|json|unknown)$") ? _folder.File(arg) : arg));
            string shown = string.Join(' ', args.Select(arg => arg.Contains('/') ? Path.GetFileName(arg) : arg)), line = outcome.Error.Replace(_folder.Path + "/", "").Replace(Path.GetDirectoryName(Fixture("x")) + "/", "");
            Assert.True(outcome.Code == 2, $"{shown}: exit {outcome.Code}, {line}");
            string last = line.TrimEnd('\n').Split('\n')[^1];
            Assert.Empty(outcome.Out);
            answers.Append($"$ elman {shown}\n{last}\n");
        }

        Snapshot.Match("bad-conversions", answers.ToString());
        Assert.Equal(["cut.onnx", "cut.pt", "other.json", "text.elman"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order());
        Assert.False(File.Exists("/tmp/elman-was-here"));
    }

    private static double LargestDifference(string output) =>
        double.Parse(Regex.Match(output, "largest difference ([^ ,]+), ").Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
}
