using Elman.Tests.Files;

namespace Elman.Tests.Tasks.Generation;

/// <summary>Texts that a model foretells and writes.</summary>
public sealed class LanguageModelTests : IDisposable
{
    private static readonly LanguageModelOptions Quick = new()
    {
        Hidden = 24,
        Layers = 1,
        Dropout = 0,
        Window = 20,
        Training = new LanguageModelOptions().Training with { LearningRate = 0.01, Epochs = 4, BatchSize = 8, TimeLimit = null },
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(TextUnit.Character)]
    [InlineData(TextUnit.Word)]
    [InlineData(TextUnit.Byte)]
    public void A_text_that_repeats_is_foretold_saved_and_loaded_to_the_bit(TextUnit unit)
    {
        string text = string.Concat(Enumerable.Repeat("the cat sat on the mat, and the dog sat on the log.\n", 150));
        LanguageModel model = LanguageModel.Train(text, Quick with { Unit = unit });
        Assert.True(model.Report!.NatsPerToken < 0.4 * model.Report.FloorNats / model.Report.Tokens, model.Report.ToString());
        model.Save(_folder["m.elman"]);
        LanguageModel again = Assert.IsType<LanguageModel>(TaskModel.LoadAny(_folder["m.elman"]));
        Sampling sampling = new() { Length = 60, Seed = 5 };
        Assert.Equal(model.Complete("the cat", sampling), again.Complete("the cat", sampling));
        Assert.Equal(model.Evaluate(text[..500]).Nats, again.Evaluate(text[..500]).Nats);
        Assert.Contains(" sat on the ", again.Complete("the cat", new Sampling { Temperature = 0, Length = 60 }), StringComparison.Ordinal);
    }

    [Fact]
    public void The_score_of_a_text_is_that_of_its_steps()
    {
        string text = string.Concat(Enumerable.Range(0, 400).Select(i => $"{i * 7 % 13} {i % 5}\n"));
        LanguageModel model = LanguageModel.Train(text, Quick);
        string unseen = text[..1500];
        RecurrentStream stream = model.Net.OpenStream();
        string[] known = [.. Tokens.Of(text, TextUnit.Character).Distinct().Order(StringComparer.Ordinal)];
        Assert.Equal(known.Length + 2, model.TokenCount);
        // Longer than what is scored in one go, so that the state must be carried on; by enumeration of all continuations of one character.
        double nats = 0;
        for (int at = 1; at < unseen.Length; at += 500) nats = Math.Max(nats, Math.Abs(Sum(unseen[..at]) - 1));
        Assert.True(nats < 1e-5, $"{nats}");

        double Sum(string before) => known.Sum(next => Math.Exp(Nats(before) - Nats(before + next))) + Unknown(before);
        double Nats(string of) => of.Length < 2 ? 0 : model.Evaluate(of).Nats;
        double Unknown(string before) => Math.Exp(Nats(before) - Nats(before + "€")) is var one ? one + Padding(before) : 0;
        double Padding(string before)
        {
            // What the net gives to the token that is none.
            stream.Reset();
            ReadOnlySpan<float> scores = default;
            foreach (string token in Tokens.Of(before, TextUnit.Character)) scores = stream.Step(NumberOf(token));
            double sum = 0;
            foreach (float score in scores) sum += Math.Exp(score);
            return Math.Exp(scores[Vocabulary.Padding]) / sum;
        }
        int NumberOf(string token) => Vocabulary.Build(Tokens.Of(text[..(int)(text.Length * 0.9)], TextUnit.Character)).IndexOf(token);
    }

    [Fact]
    public void A_stop_ends_the_text_even_where_pieces_cut_it()
    {
        string text = string.Concat(Enumerable.Repeat("abcdefgh\n", 400));
        LanguageModel model = LanguageModel.Train(text, Quick);
        Sampling sampling = new() { Temperature = 0, Length = 30 };
        Assert.Equal("bcdefgh\na", model.Complete("a", sampling with { Length = 9 }));
        Assert.Equal("bc", model.Complete("a", sampling with { Stop = ["xyz", "def"] }));
        Assert.Equal("bcde", string.Concat(model.Generate("a", sampling with { Length = 4, Stop = ["efgh"] })));
    }

    [Fact]
    public void Bytes_come_out_as_whole_code_points()
    {
        string text = string.Concat(Enumerable.Repeat("größer 😀 weiß\n", 300));
        LanguageModel model = LanguageModel.Train(text, Quick with { Unit = TextUnit.Byte });
        string[] pieces = [.. model.Generate("größer", new Sampling { Temperature = 0, Length = 12 })];
        Assert.Equal(" 😀 weiß\n", string.Concat(pieces));
        Assert.Contains("😀", pieces);
    }

    [Fact]
    public void Words_come_out_as_they_were_written()
    {
        LanguageModelOptions words = Quick with { Unit = TextUnit.Word, Training = Quick.Training with { Epochs = 15 } };
        LanguageModel model = LanguageModel.Train(string.Concat(Enumerable.Repeat("\"No,\" she said: (this) isn't it!\nWell.\n", 200)), words);
        Assert.Equal(" she said: (this) isn't it!\nWell.\n", model.Complete("\"No,\"", new Sampling { Temperature = 0, Length = 13 }));
        LanguageModel cut = LanguageModel.Train(string.Concat(Enumerable.Repeat("a <unk> , it 's N .\n", 200)), words);
        Assert.Equal(" <unk> , it 's N .\n", cut.Complete("a", new Sampling { Temperature = 0, Length = 7 }));
    }

    [Fact]
    public void What_cannot_be_learned_or_scored_is_refused()
    {
        Assert.Contains("fewer than two tokens", Assert.Throws<ElmanException>(() => LanguageModel.Train("x", Quick)).Message, StringComparison.Ordinal);
        LanguageModel model = LanguageModel.Train("abab\nabab\nabab\n", Quick);
        Assert.Throws<ElmanException>(() => model.Evaluate("a"));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Complete("a", new Sampling { TopP = 0 }));
        Assert.Equal(1, model.UnknownIn("aβ"));
    }
}
