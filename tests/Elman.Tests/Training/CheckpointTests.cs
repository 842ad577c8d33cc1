using System.Text.RegularExpressions;
using Elman.Tests.Files;

namespace Elman.Tests.Training;

/// <summary>A checkpoint that is not what was written is refused; nothing is resumed in silence from other weights or another place.</summary>
public sealed class CheckpointTests : IDisposable
{
    private const string Key = "elman.checkpoint";

    private readonly TemporaryFolder _folder = new();
    private readonly SafeTensorsFile _sound;

    public CheckpointTests()
    {
        Train(resume: false, epochs: 2);
        _sound = SafeTensorsFile.Read(_folder["sound"]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Any_flipped_bit_is_found()
    {
        byte[] sound = File.ReadAllBytes(_folder["sound"]);
        for (int bit = 5; bit < 8 * sound.Length; bit += 211)
        {
            byte[] flipped = [.. sound];
            flipped[bit / 8] ^= (byte)(1 << bit % 8);
            File.WriteAllBytes(_folder["sound"], flipped);
            try
            {
                Train(resume: true, epochs: 3);
            }
            catch (ElmanException)
            {
                continue;
            }
            File.WriteAllBytes(_folder["flipped"], flipped);
            // Only another spelling of the same text may pass.
            SafeTensorsFile read = SafeTensorsFile.Read(_folder["flipped"]);
            Assert.Equal(_sound.Metadata, read.Metadata);
            Assert.All(_sound.Tensors, tensor => Assert.Equal(tensor.Data.ToArray(), read.Get(tensor.Name).Data.ToArray()));
        }
    }

    [Theory]
    [InlineData("\"epoch\":2,\"position", "\"epoch\":-2147483648,\"position", "from 0 to 2147483647 for 'epoch', it is -2147483648")]
    [InlineData("\"epoch\":2,\"position", "\"epoch\":1,\"position", "epoch 1 after 2 epochs")]
    [InlineData("\"position\":0", "\"position\":7", "from 0 to 0 for 'position', it is 7")]
    [InlineData("\"batches\":", "\"batches\":-", "for 'batches', it is -")]
    [InlineData("\"sequences\":", "\"sequences\":-1", "for 'sequences', it is -1")]
    [InlineData("\"loss_sum\":", "\"loss_sum\":1e999,\"x\":", "expected a finite number for 'loss_sum', it is 1e999")]
    [InlineData("\"learning_rate\":", "\"learning_rate\":1e999,\"x\":", "expected a finite number for 'learning_rate', it is 1e999")]
    [InlineData("\"epochs_without_improvement\":", "\"epochs_without_improvement\":9", "for 'epochs_without_improvement', it is 9")]
    [InlineData("\"steps\":", "\"steps\":-", "for 'steps', it is -")]
    [InlineData("\"best_epoch\":", "\"best_epoch\":-", "for 'best_epoch', it is -")]
    [InlineData("\"loss\":", "\"loss\":1e999,\"x\":", "expected a finite number for 'loss', it is 1e999")]
    [InlineData("\"seconds\":", "\"seconds\":-", "'seconds' is below zero")]
    [InlineData("\"version\":1", "\"version\":3", "version 3, expected 2")]
    public void A_place_that_no_run_has_is_refused_with_the_reason(string before, string after, string message)
    {
        // Of the version without a digest: what is wrong is told even where no digest tells that something is.
        string description = _sound.Metadata[Key].Replace("\"version\":2", "\"version\":1", StringComparison.Ordinal);
        Assert.Contains(before, description, StringComparison.Ordinal);
        SafeTensorsFile.Write(_folder["sound"], [new(Key, new Regex(Regex.Escape(before)).Replace(description, after, 1))], _sound.Tensors);
        string refusal = Assert.Throws<ElmanException>(() => Train(resume: true, epochs: 3)).Message;
        Assert.StartsWith(_folder["sound"], refusal, StringComparison.Ordinal);
        Assert.Contains(message, refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1.0)]
    [InlineData(0.5)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_schedule_counts_whole_steps(double time)
    {
        string description = _sound.Metadata[Key].Replace("\"version\":2", "\"version\":1", StringComparison.Ordinal);
        SafeTensorsFile.Write(_folder["sound"], [new(Key, description)], [.. _sound.Tensors.Select(tensor => tensor.Name == "schedule" ? SafeTensor.From("schedule", [0, time], 2) : tensor)]);
        Assert.Contains("counts whole steps", Assert.Throws<ElmanException>(() => Train(resume: true, epochs: 3)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_of_before_there_was_a_digest_is_still_resumed()
    {
        SafeTensorsFile.Write(_folder["sound"], [new(Key, _sound.Metadata[Key].Replace("\"version\":2", "\"version\":1", StringComparison.Ordinal))], _sound.Tensors);
        Assert.Equal(3, Train(resume: true, epochs: 3).Epochs.Count);
    }

    private TrainingRecord Train(bool resume, int epochs) =>
        new SmallRun().Train(net => new Adam(net.Parameters(), 0.02), new TrainingOptions { Epochs = epochs, CheckpointPath = _folder["sound"], Resume = resume });
}
