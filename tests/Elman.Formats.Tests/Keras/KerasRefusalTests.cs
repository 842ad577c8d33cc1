using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Elman.Cli.Tests;

namespace Elman.Formats.Tests.Keras;

public class KerasRefusalTests
{
    [Theory]
    [InlineData("lstm.keras", "\"return_state\": false", "\"return_state\": true", "layer 'lstm' (LSTM): 'return_state' is true; a model of one output is read")]
    [InlineData("lstm.keras", "\"stateful\": false", "\"stateful\": true", "layer 'lstm' (LSTM): 'stateful' is true; states are values here")]
    [InlineData("lstm.keras", "\"go_backwards\": false", "\"go_backwards\": true", "layer 'lstm' (LSTM): 'go_backwards' with 'return_sequences' reverses the outputs")]
    [InlineData("lstm.keras", "\"unroll\": false", "\"unrolled\": false", "layer 'lstm' (LSTM): the field 'unrolled' is unknown or appears twice")]
    [InlineData("lstm.keras", "\"activation\": \"tanh\"", "\"activation\": \"swish\"", "layer 'lstm' (LSTM): 'activation' is 'swish'; known are linear, tanh")]
    [InlineData("lstm.keras", "\"activation\": \"tanh\"", "\"activation\": {}", "layer 'lstm' (LSTM): expected a string for 'activation', it is an object")]
    [InlineData("lstm.keras", "\"activation\": \"tanh\", ", "", "layer 'lstm' (LSTM): 'activation' is missing")]
    [InlineData("lstm.keras", "\"units\": 4", "\"units\": 5", "layer 'lstm' (LSTM): 'kernel' has shape [3, 16], expected [3, 20]")]
    [InlineData("lstm.keras", "\"units\": 4", "\"units\": 0", "layer 'lstm' (LSTM): expected a whole number from 1 to 16777216 for 'units', it is 0")]
    [InlineData("lstm.keras", "\"use_bias\": true", "\"use_bias\": false", "layer 'lstm' (LSTM): the array 'layers/lstm/cell/vars/2' of model.weights.h5 is not part of such a layer")]
    [InlineData("lstm.keras", "[null, null, 3]", "[null, null, 4]", "layer 'lstm' (LSTM): 'kernel' has shape [3, 16], expected [4, 16]")]
    [InlineData("lstm.keras", "[null, null, 3]", "[null, 3]", "layer 'lstm' (LSTM): takes sequences, [N, L, F], not rows")]
    [InlineData("lstm.keras", "[null, null, 3]", "[null, 5, 5, 3]", "layer 'input_layer' (InputLayer): inputs of shape [null, 5, 5, 3] are not read")]
    [InlineData("lstm.keras", "\"sparse\": false", "\"sparse\": true", "layer 'input_layer' (InputLayer): 'sparse' is true; inputs are dense here")]
    [InlineData("lstm.keras", "\"class_name\": \"LSTM\"", "\"class_name\": \"ConvLSTM1D\"", "layer 'lstm' (ConvLSTM1D): there is no such layer here; known are InputLayer")]
    [InlineData("lstm.keras", "\"class_name\": \"LSTM\"", "\"class_name\": \"GRU\"", "layer 'lstm' (GRU): 'reset_after' is missing")]
    [InlineData("lstm.keras", "\"class_name\": \"Dropout\"", "\"class_name\": \"Dense\"", "layer 'dropout' (Dense): 'units' is missing")]
    [InlineData("lstm.keras", "\"rate\": 0.3", "\"rate\": 1", "layer 'dropout' (Dropout): 'rate' is 1, expected at least 0 and below 1")]
    [InlineData("lstm.keras", "\"class_name\": \"Sequential\"", "\"class_name\": \"Own\"", "the architecture is of class 'Own'; read are Sequential and Functional")]
    [InlineData("lstm.keras", "\"softmax\"", "\"gelu\"", "layer 'dense' (Dense): 'activation' is 'gelu'; known are")]
    [InlineData("grus.keras", "\"reset_after\": true", "\"reset_after\": false", "layer 'gru' (GRU): 'bias' has shape [2, 12], expected [12]")]
    [InlineData("grus.keras", "\"axis\": -1", "\"axis\": [0]", "layer 'layer_normalization' (LayerNormalization): 'axis' is 0; only the innermost")]
    [InlineData("grus.keras", "\"return_sequences\": true", "\"return_sequences\": false", "layer 'gru_1' (GRU): takes sequences, [N, L, F], not rows")]
    [InlineData("directions.keras", "\"merge_mode\": \"sum\"", "\"merge_mode\": null", "layer 'bidirectional_1' (Bidirectional): 'merge_mode' is null, which makes two outputs")]
    [InlineData("directions.keras", "\"merge_mode\": \"sum\"", "\"merge_mode\": \"max\"", "layer 'bidirectional_1' (Bidirectional): 'merge_mode' is 'max'; known are concat")]
    [InlineData("directions.keras", "\"units\": 4", "\"units\": 3", "layer 'bidirectional' (Bidirectional): the backward layer has other settings")]
    [InlineData("words.keras", "\"input_dim\": 7", "\"input_dim\": 8", "layer 'embedding' (Embedding): 'embeddings' has shape [7, 3], expected [8, 3]")]
    [InlineData("words.keras", "\"zero_output_for_mask\": false", "\"zero_output_for_mask\": true", "layer 'lstm' (LSTM): 'zero_output_for_mask' is true; a masked step")]
    [InlineData("backwards.keras", "[\"input_layer\", 0, 0]}", "[\"lstm\", 0, 0]}", "layer 'lstm' (LSTM) and layer 'repeat_vector' (RepeatVector) follow one layer")]
    [InlineData("backwards.keras", "\"output_layers\": [\"dropout\", 0, 0]", "\"output_layers\": [[\"dropout\", 0, 0], [\"gru\", 0, 0]]", "the outputs are those of dropout, gru, the last layer is 'dropout'")]
    [InlineData("backwards.keras", "\"kwargs\": {\"training\": false}", "\"kwargs\": {\"other\": {\"keras_history\": [\"gru\", 0, 0]}}", "layer 'dropout' (Dropout) has 2 inputs (time_distributed, gru)")]
    [InlineData("words2.keras", "0, 0]}}, 0]", "0, 0]}}, 1]", "layer 'not_equal' (NotEqual) is not the mask of an embedding or a Masking layer")]
    [InlineData("words2.keras", "\"mask_zero\": true", "\"mask_zero\": false", "layer 'not_equal' (NotEqual) is not the mask of an embedding or a Masking layer")]
    public void A_setting_that_cannot_be_done_is_named(string model, string old, string replacement, string message) =>
        Refuses(message, Edited(model, "config.json", old, replacement));

    [Fact]
    public void Arrays_that_are_missing_left_over_or_not_finite_are_named()
    {
        JsonNode shorter = JsonNode.Parse(Entry("lstm.keras", "config.json"))!, longer = shorter.DeepClone();
        JsonArray layers = shorter["config"]!["layers"]!.AsArray();
        longer["config"]!["layers"]!.AsArray().Add(layers[^1]!.DeepClone());
        layers.RemoveAt(layers.Count - 1);
        Refuses("model.weights.h5 has arrays in 'dense', but the model has no such layer", With("lstm.keras", "config.json", Encoding.UTF8.GetBytes(shorter.ToJsonString())));
        Refuses("layer 'dense' (Dense): its arrays are missing in model.weights.h5", With("lstm.keras", "config.json", Encoding.UTF8.GetBytes(longer.ToJsonString())));
        byte[] poisoned = File.ReadAllBytes(KerasCase.Fixture("sequential3.h5"));
        float first = KerasFile.Read(KerasCase.Fixture("sequential3.h5")).Parameters().First(parameter => parameter.Name == "2.weight").Value.Span[0];
        BitConverter.GetBytes(float.NaN).CopyTo(poisoned, poisoned.AsSpan().IndexOf(BitConverter.GetBytes(first)));
        Refuses("layer 'dense' (Dense): parameter 'weight' has the value NaN at element 0; weights must be finite", poisoned);
    }

    [Fact]
    public void Files_that_are_no_models_are_named()
    {
        Refuses("neither a .keras archive nor an HDF5 file", [1, 2, 3]);
        Refuses("the archive is damaged: ", "PK\u0003\u0004"u8.ToArray());
        Refuses("the archive has no 'metadata.json'; it is no model of Keras", Archive(("config.json", "{}"u8.ToArray())));
        Refuses("the HDF5 data are cut off or damaged: 1 bytes at 8 leave the file", [0x89, (byte)'H', (byte)'D', (byte)'F', 0x0D, 0x0A, 0x1A, 0x0A]);
        Refuses("the model is of Keras '4.0.0'; versions 1 to 3 are read", Edited("lstm.keras", "metadata.json", "3.10.0", "4.0.0"));
        using Stream weights = ZipFile.OpenRead(KerasCase.Fixture("lstm.keras")).GetEntry("model.weights.h5")!.Open();
        MemoryStream only = new();
        weights.CopyTo(only);
        Refuses("the file has no 'model_config': it holds weights only", only.ToArray());
    }

    [Fact]
    public void An_archive_that_grows_beyond_measure_is_refused() =>
        Refuses("'metadata.json' claims 50000000 bytes, in an archive of ", Archive(("metadata.json", new byte[50_000_000]), ("config.json", []), ("model.weights.h5", [])));

    [Theory]
    [InlineData("lstm.keras")]
    [InlineData("backwards.keras")]
    [InlineData("sequential2.h5")]
    public void A_damaged_file_is_read_or_refused(string model) =>
        DamagedFiles.Check(File.ReadAllBytes(KerasCase.Fixture(model)), path => KerasFile.Read(path), 200, Tokens);

    [Fact]
    public void A_damaged_architecture_is_read_or_refused()
    {
        using TemporaryFolder folder = new();
        byte[] config = Encoding.UTF8.GetBytes(Entry("backwards.keras", "config.json"));
        DamagedFiles.Check(
            config,
            path =>
            {
                File.WriteAllBytes(folder.File("model.keras"), With("backwards.keras", "config.json", File.ReadAllBytes(path)));
                KerasFile.Read(folder.File("model.keras"));
            },
            1000, Tokens);
    }

    private static readonly byte[][] Tokens =
    [
        [0xFF, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0], [0, 0, 0, 0x40], [0, 0, 0, 0, 1, 0, 0, 0], [1, 0, 0, 0],
        .. new[] { "TREE", "SNOD", "HEAP", "GCOL", "OHDR", "BTHD", "FRHP", "null", "true", "16777216", "2147483648", "-1", "\"LSTM\"", "\"Embedding\"", "[]", "{}", "\"units\"", "[null, 16777216]" }
            .Select(Encoding.UTF8.GetBytes),
    ];

    private static void Refuses(string message, byte[] file)
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder.File("model"), file);
        string said = Assert.Throws<ElmanException>(() => KerasFile.Read(folder.File("model"))).Message;
        Assert.StartsWith($"{folder.File("model")}: {message}", said, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', said);
    }

    /// <summary>The fixture with the first occurrence of a text in one of its entries replaced.</summary>
    private static byte[] Edited(string model, string entry, string old, string replacement)
    {
        string text = Entry(model, entry);
        int at = text.IndexOf(old, StringComparison.Ordinal);
        Assert.True(at >= 0, $"{entry} of {model} has no {old}");
        return With(model, entry, Encoding.UTF8.GetBytes(text[..at] + replacement + text[(at + old.Length)..]));
    }

    private static string Entry(string model, string entry)
    {
        using ZipArchive archive = ZipFile.OpenRead(KerasCase.Fixture(model));
        using StreamReader reader = new(archive.GetEntry(entry)!.Open());
        return reader.ReadToEnd();
    }

    private static byte[] With(string model, string entry, byte[] content)
    {
        using ZipArchive archive = ZipFile.OpenRead(KerasCase.Fixture(model));
        return Archive([.. archive.Entries.Select(own =>
        {
            using Stream stream = own.Open();
            MemoryStream bytes = new();
            stream.CopyTo(bytes);
            return (own.Name, own.Name == entry ? content : bytes.ToArray());
        })]);
    }

    private static byte[] Archive(params (string Name, byte[] Content)[] entries)
    {
        MemoryStream stream = new();
        using (ZipArchive archive = new(stream, ZipArchiveMode.Create))
        {
            foreach ((string name, byte[] content) in entries)
            {
                using Stream entry = archive.CreateEntry(name, CompressionLevel.Fastest).Open();
                entry.Write(content);
            }
        }
        return stream.ToArray();
    }
}
