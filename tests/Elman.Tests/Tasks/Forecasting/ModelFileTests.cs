using System.Text.Json;
using Elman.Tests.Files;
using static Elman.Tests.Tasks.SmallForecasts;

namespace Elman.Tests.Tasks;

public sealed class ModelFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SafeTensorsFile _sound;

    public ModelFileTests()
    {
        Train([Daily()], Options.For(epochs: 1)).Save(_folder["sound.elman"]);
        _sound = SafeTensorsFile.Read(_folder["sound.elman"]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Holds_parameters_by_name_and_sections_of_json()
    {
        string[] net = ["encoder.weight_ih_l0", "encoder.weight_hh_l0", "encoder.bias_ih_l0", "encoder.bias_hh_l0", "head.weight", "head.bias", "future.weight"];
        Assert.Equal([.. net.Select(name => "nets.net0." + name), .. net.Select(name => "nets.net1." + name)],
            _sound.Tensors.Select(tensor => tensor.Name).Where(name => !name.StartsWith("method", StringComparison.Ordinal)));
        Assert.Equal(("elman", "1", "forecaster"), (_sound.Metadata["format"], _sound.Metadata["version"], _sound.Metadata["task"]));
        using JsonDocument columns = JsonDocument.Parse(_sound.Metadata["columns"]), series = JsonDocument.Parse(_sound.Metadata["series"]);
        Assert.Equal("y", columns.RootElement.GetProperty("target").GetString());
        Assert.Equal("2020-03-18T00:00:00.0000000", series.RootElement[0].GetProperty("until").GetString());
        Assert.Equal(["options", "columns", "methods", "series", "calibration", "report", "training"], ModelFile.Read(_folder["sound.elman"]).Sections);
    }

    [Theory]
    [InlineData("format", null, "not a model that Elman has written")]
    [InlineData("format", "pt", "not a model that Elman has written")]
    [InlineData("version", "2", "the model file is of version 2, this Elman reads up to 1; update Elman")]
    [InlineData("version", "one", "version is missing or no number")]
    [InlineData("version", "0", "version is missing or no number")]
    [InlineData("task", null, "does not say its task")]
    [InlineData("task", "tagger", "expected a forecaster, the model is a tagger")]
    [InlineData("options", null, "the section 'options' is missing")]
    [InlineData("options", "{", "the section 'options' is damaged")]
    [InlineData("options", "[]", "expected an object")]
    [InlineData("options", "{}", "options: 'horizon' is missing")]
    [InlineData("columns", "7", "columns: expected an object")]
    [InlineData("series", "{}", "the section 'series' is damaged")]
    [InlineData("series", "[]", "series: there is none")]
    [InlineData("training", "null", "training")]
    public void A_foreign_newer_or_damaged_header_is_refused_with_the_reason(string key, string? value, string message)
    {
        Dictionary<string, string> metadata = new(_sound.Metadata);
        if (value is null) metadata.Remove(key);
        else metadata[key] = value;
        Refuses(metadata, _sound.Tensors, message);
    }

    [Theory]
    [InlineData("options", "\"hidden\":5", "\"hidden\":65536", "the nets would have at least")]
    [InlineData("options", "\"hidden\":5", "\"hidden\":-5", "expected a whole number from 1 to 65536 for 'hidden', it is -5")]
    [InlineData("options", "\"layers\":1", "\"layers\":64", "parameter 'nets.net0.encoder.weight_ih_l1' of shape [20, 5] is missing")]
    [InlineData("options", "\"horizon\":3", "\"horizon\":4", "parameter 'nets.net0.head.weight' has shape")]
    [InlineData("options", "\"cell\":\"lstm\"", "\"cell\":\"brnn\"", "there is no cell 'brnn'; known are")]
    [InlineData("options", "\"cell\":\"lstm\"", "\"cell\":\"gru\"", "parameter 'nets.net0.encoder.weight_ih_l0' has shape")]
    [InlineData("options", "0.5,", "0.5,1e99,", "quantiles")]
    [InlineData("options", "\"nets\":2", "\"nets\":3", "parameter 'nets.net2.encoder.weight_ih_l0' of shape [20, 14] is missing")]
    [InlineData("series", "\"shares\":[", "\"shares\":[0,", "shares and")]
    [InlineData("series", "\"scales\":[", "\"scales\":[1,", "shares and")]
    [InlineData("series", "\"coefficients\":[", "\"coefficients\":[[],", "lists of coefficients for")]
    [InlineData("series", "\"until\":\"2020", "\"until\":\"MMXX", "the section 'series' is damaged")]
    [InlineData("columns", "\"week\"", "\"moon\"", "unknown cycle \"moon\"")]
    [InlineData("methods", "\"last\",", "", "the first is not the last value")]
    [InlineData("methods", "\"naive 7\"", "\"naive 7 days\"", "the section 'methods' is damaged")]
    [InlineData("methods", "\"patch\":1", "\"patch\":3", "no multiple of patches of 3")]
    [InlineData("calibration", "\"growth\":[", "\"none\":[", "'growth' is missing")]
    [InlineData("calibration", "\"Series\"", "\"Moon\"", "calibration: unknown unit")]
    [InlineData("calibration", "\"Series\"", "\"7\"", "calibration: unknown unit")]
    [InlineData("calibration", "\"growth\":[", "\"growth\":[0,", "a number that no errors have")]
    [InlineData("calibration", "\"growth\":[", "\"growth\":[1e999,", "a number that no errors have")]
    [InlineData("calibration", "\"correlation\":", "\"correlation\":9", "a number that no errors have")]
    [InlineData("methods", "\"net_share\":", "\"net_share\":1", "the share of the nets is not from 0 to 1")]
    [InlineData("methods", "\"net_share\":", "\"net_share\":-", "the share of the nets is not from 0 to 1")]
    [InlineData("training", "\"loss\":", "\"loss\":1e999,\"more\":", "expected a finite number for 'loss', it is 1e999")]
    [InlineData("training", "\"epoch\":1", "\"epoch\":-2147483648", "expected a whole number from 1 to 1 for 'epoch'")]
    [InlineData("training", "\"best_epoch\":1", "\"best_epoch\":2", "expected a whole number from 0 to 1 for 'best_epoch'")]
    public void A_section_that_lies_is_refused_with_the_reason(string section, string before, string after, string message)
    {
        Dictionary<string, string> metadata = new(_sound.Metadata);
        Assert.Contains(before, metadata[section], StringComparison.Ordinal);
        metadata[section] = metadata[section].Replace(before, after, StringComparison.Ordinal);
        Refuses(metadata, _sound.Tensors, message);
    }

    /// <summary>Every number of every series in turn, and the numbers of coefficients: what training cannot give is refused when the file is read, not when somebody predicts.</summary>
    [Fact]
    public void Shares_scales_and_coefficients_that_training_cannot_give_are_refused()
    {
        JsonElement series = JsonDocument.Parse(_sound.Metadata["series"]).RootElement[0];
        string[] Items(string name) => [.. series.GetProperty(name).EnumerateArray().Select(item => item.GetRawText())];
        string[] shares = Items("shares"), scales = Items("scales"), coefficients = Items("coefficients");
        int used = Array.FindIndex(coefficients, list => list.Split(',').Length == 6);
        Assert.True(used >= 0);
        foreach (string bad in (string[])["-1", "2", "null", "1e999"])
            for (int m = 0; m < shares.Length; m++) Refuse("shares", shares, m, bad);
        for (int i = 0; i < scales.Length; i++)
        {
            Refuse("scales", scales, i, "1e999");
            // The mean error has a sign; the error may be unknown.
            if (i != 6) Refuse("scales", scales, i, "-1");
            if (i != 0) Refuse("scales", scales, i, "null");
        }
        Refuse("coefficients", coefficients, used, "[0.5,0.5,0.5,0.5,0.5]");
        Refuse("coefficients", coefficients, used, coefficients[used].Replace("[", "[null,", StringComparison.Ordinal).Replace(",0]", "]", StringComparison.Ordinal));
        Refuse("coefficients", coefficients, 0, "[1]");
        for (int m = 0; m < shares.Length; m++)
            if (shares[m] != "0" && coefficients[m] != "[]") Refuse("coefficients", coefficients, m, "[]");

        void Refuse(string name, string[] items, int at, string bad)
        {
            string[] changed = [.. items];
            changed[at] = bad;
            Dictionary<string, string> metadata = new(_sound.Metadata);
            metadata["series"] = metadata["series"].Replace($"\"{name}\":[{string.Join(',', items)}]", $"\"{name}\":[{string.Join(',', changed)}]", StringComparison.Ordinal);
            Assert.NotEqual(_sound.Metadata["series"], metadata["series"]);
            Refuses(metadata, _sound.Tensors, "the file is damaged");
        }
    }

    [Fact]
    public void Maps_that_are_larger_than_the_file_cost_no_memory()
    {
        Dictionary<string, string> metadata = new(_sound.Metadata);
        metadata["methods"] = System.Text.RegularExpressions.Regex.Replace(metadata["methods"].Replace("[\"last\",", "[\"last\",\"linear 9\",", StringComparison.Ordinal),
            "\"maps\":\\{[^}]*\\}", "\"maps\":{\"1\":100000000}");
        Assert.Contains("\"maps\":{\"1\":100000000}", metadata["methods"], StringComparison.Ordinal);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Refuses(metadata, _sound.Tensors, "values that the file holds");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000_000);
    }

    [Fact]
    public void The_files_of_one_training_are_equal_to_the_byte()
    {
        Train([Daily()], Options.For(epochs: 1)).Save(_folder["again.elman"]);
        Assert.Equal(File.ReadAllBytes(_folder["sound.elman"]), File.ReadAllBytes(_folder["again.elman"]));
        Forecaster.Load(_folder["sound.elman"]).Save(_folder["copy.elman"]);
        Assert.Equal(File.ReadAllBytes(_folder["sound.elman"]), File.ReadAllBytes(_folder["copy.elman"]));
    }

    [Fact]
    public void Parameters_are_checked()
    {
        SafeTensor weight = _sound.Tensors.Single(tensor => tensor.Name == "nets.net0.encoder.weight_ih_l0"), bias = _sound.Tensors.Single(tensor => tensor.Name == "nets.net1.encoder.bias_ih_l0");
        Refuses(_sound.Metadata, [.. _sound.Tensors.Where(tensor => tensor != weight)], "parameter 'nets.net0.encoder.weight_ih_l0' of shape [20, 14] is missing");
        Refuses(_sound.Metadata, [.. _sound.Tensors, SafeTensor.From("more", [1f], 1)], "parameter 'more' of shape [1] is not part of the model");
        float[] values = bias.ToFloats();
        values[3] = float.NaN;
        Refuses(_sound.Metadata, [.. _sound.Tensors.Select(tensor => tensor == bias ? SafeTensor.From(bias.Name, values, bias.Shape.AsSpan()) : tensor)],
            "parameter 'nets.net1.encoder.bias_ih_l0' has the value NaN at element 3");
    }

    [Fact]
    public void A_missing_file_and_a_checkpoint_are_no_models()
    {
        Assert.Contains("there is no such file", Assert.Throws<ElmanException>(() => Forecaster.Load(_folder["none"])).Message, StringComparison.Ordinal);
        string checkpoint = _folder["checkpoint"];
        Train([Daily()], Options.For(epochs: 1), checkpointPath: checkpoint);
        Assert.Contains("not a model that Elman has written", Assert.Throws<ElmanException>(() => Forecaster.Load(checkpoint)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_flipped_bit_is_found()
    {
        byte[] sound = File.ReadAllBytes(_folder["sound.elman"]);
        Forecaster.Load(_folder["sound.elman"]);
        for (int bit = 3; bit < 8 * sound.Length; bit += 37)
        {
            byte[] flipped = [.. sound];
            flipped[bit / 8] ^= (byte)(1 << bit % 8);
            File.WriteAllBytes(_folder["flipped.elman"], flipped);
            try
            {
                Forecaster.Load(_folder["flipped.elman"]);
            }
            catch (ElmanException)
            {
                continue;
            }
            // Only another spelling of the same text, \u002B for \u002b, may pass.
            SafeTensorsFile read = SafeTensorsFile.Read(_folder["flipped.elman"]);
            Assert.Equal(_sound.Metadata, read.Metadata);
            Assert.All(_sound.Tensors, tensor => Assert.Equal(tensor.Data.ToArray(), read.Get(tensor.Name).Data.ToArray()));
        }
    }

    [Fact]
    public void A_file_that_waives_its_digest_is_accepted_for_others_may_have_changed_the_weights()
    {
        SafeTensorsFile.Write(_folder["own.elman"], Waived(_sound.Metadata), _sound.Tensors);
        Forecaster.Load(_folder["own.elman"]);
    }

    private static IEnumerable<KeyValuePair<string, string>> Waived(IEnumerable<KeyValuePair<string, string>> metadata) =>
        [.. metadata.Where(entry => entry.Key != "digest"), new("digest", "none")];

    /// <summary>What is wrong is told even where no digest tells that something is.</summary>
    private void Refuses(IEnumerable<KeyValuePair<string, string>> metadata, IReadOnlyList<SafeTensor> tensors, string message)
    {
        metadata = Waived(metadata);
        string path = _folder["bad.elman"];
        SafeTensorsFile.Write(path, metadata, tensors);
        string refusal = Assert.Throws<ElmanException>(() => Forecaster.Load(path)).Message;
        Assert.StartsWith(path, refusal, StringComparison.Ordinal);
        Assert.True(refusal.Contains(message, StringComparison.Ordinal), refusal);
        Assert.DoesNotContain('\n', refusal);
    }
}
