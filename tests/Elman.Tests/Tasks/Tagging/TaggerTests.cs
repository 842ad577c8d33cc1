using System.Text.Json;
using Elman.Tests.Files;
using static Elman.Tests.Tasks.Tagging.SmallSentences;

namespace Elman.Tests.Tasks.Tagging;

public sealed class TaggerTests : IDisposable
{
    private static readonly TaggedSentence[] Sentences = Make(200, 1), Unseen = Make(60, 2);
    private static readonly Lazy<Tagger> Trained = new(() => Tagger.Train(Sentences, Quick));

    private static readonly JsonSerializerOptions WithFields = new() { IncludeFields = true };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static float[] Weights(Tagger model) => [.. model.Net.Parameters().SelectMany(parameter => parameter.Value.Span.ToArray())];

    private static string Told(TagPrediction said) => JsonSerializer.Serialize(said, WithFields);

    [Fact]
    public void It_trains_evaluates_saves_loads_and_tags()
    {
        Tagger model = Trained.Value;
        TaggingReport report = model.Evaluate(Unseen);
        Assert.True(report.Micro.F1 > 0.97 && report.FloorF1 < 0.9 && report.LabelAccuracy > 0.98, report.ToString());
        Assert.Equal(40, model.Report!.Sentences);
        Assert.Equal(TagScheme.Bio, model.Scheme);

        model.Columns = new TaggedColumns { Tags = "2", Label = "intent" };
        model.Save(_folder["model"]);
        Tagger loaded = Assert.IsType<Tagger>(TaskModel.LoadAny(_folder["model"]));
        Assert.Equal((model.Options, model.Columns), (loaded.Options, loaded.Columns! with { Features = model.Columns.Features }));
        Assert.Equal(model.Tags, loaded.Tags);
        Assert.Equal(model.Report.ToJson(), loaded.Report!.ToJson());
        Assert.Equal(report.ToJson(), loaded.Evaluate(Unseen).ToJson());
        Assert.Equal([("fly", "O"), ("me", "O"), ("from", "O"), ("Oslo", "B-start"), ("to", "O"), ("New", "B-goal"), ("York", "I-goal")],
            loaded.Tag("fly me from Oslo to New York").Select(word => (word.Word, word.Tag)));
    }

    [Fact]
    public void Probabilities_are_of_tags_spans_sequences_and_labels()
    {
        TagPrediction said = Trained.Value.Predict(new TaggedSentence(["fly", "me", "to", "Rio", "de", "Janeiro", "today"]));
        Assert.All(said.Probabilities, word => Assert.Equal(1, word.Sum(), 1e-4));
        for (int i = 0; i < said.Tags.Count; i++) Assert.Equal(said.Probabilities[i][Trained.Value.Tags.ToList().IndexOf(said.Tags[i])], said.Confidences[i], 1e-5);
        Assert.Equal([new TagSpan("goal", 3, 3), new TagSpan("day", 6, 1)], said.Spans.Select(one => one.Span));
        // A span is there only if all its tags are.
        Assert.All(said.Spans, one => Assert.InRange(one.Confidence, 0.5f, said.Confidences.Skip(one.Span.Start).Take(one.Span.Length).Min() + 1e-5f));
        Assert.Equal("flight", said.Label);
        Assert.InRange(said.LabelConfidence, 0.9f, 1);
        IReadOnlyList<TagAlternative> best = Trained.Value.Best(new TaggedSentence(said.Words), 4);
        Assert.Equal(said.Tags, best[0].Tags);
        Assert.Equal(4, best.Select(one => string.Join(' ', one.Tags)).Distinct().Count());
        Assert.True(best.Sum(one => one.Probability) <= 1 + 1e-6 && best.Zip(best.Skip(1)).All(pair => pair.First.Probability >= pair.Second.Probability));
    }

    [Fact]
    public void Predictions_do_not_depend_on_threads_or_batch_mates()
    {
        Tagger model = Trained.Value;
        TaggedSentence[] inputs = [.. Unseen, new TaggedSentence([]), new TaggedSentence(["Zürich"])];
        string[] alone = [.. inputs.Select(input => Told(model.Predict(input)))];
        foreach (int threads in new[] { 1, 2, 5 })
        {
            using ComputeScope scope = Compute.Use(new ComputeContext { Threads = threads });
            Assert.Equal(alone, model.Predict(inputs).Select(Told));
        }
        Assert.Empty(model.Predict(new TaggedSentence([])).Tags);
        Assert.Empty(model.Best(new TaggedSentence([]), 3)[0].Tags);
    }

    [Fact]
    public void Training_gives_the_same_bits_for_any_number_of_threads_and_when_it_is_resumed()
    {
        TaggerOptions options = Quick with { Training = Quick.Training with { Steps = 80 } };
        Tagger Train(int threads, TrainingContext? context = null)
        {
            using ComputeScope scope = Compute.Use(new ComputeContext { Threads = threads });
            return Tagger.Train(Sentences, options, context: context);
        }
        float[] whole = Weights(Train(1));
        Assert.Equal(whole, Weights(Train(3)));
        using CancellationTokenSource cancellation = new();
        TrainingContext context = new() { CheckpointPath = _folder["run"], Cancellation = cancellation.Token, Progress = new Told<TrainingProgress>(progress => { if (progress.StepsDone == 57) cancellation.Cancel(); }) };
        Assert.Equal(TrainingOutcome.Interrupted, Train(2, context).Record.Outcome);
        Assert.Equal(whole, Weights(Train(2, new TrainingContext { CheckpointPath = _folder["run"], Resume = true })));
        TaggedSentence[] others = [.. Sentences.Skip(1), Unseen[0]];
        Assert.Contains("data = ", Assert.Throws<ElmanException>(() => Tagger.Train(others, options, context: new TrainingContext { CheckpointPath = _folder["run"], Resume = true })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TagScheme.Bioes, TagScheme.Bio, true)]
    [InlineData(TagScheme.Iob1, TagScheme.Bioes, true)]
    [InlineData(TagScheme.Bio, TagScheme.Bioes, false)]
    public void What_comes_out_is_legal_and_in_the_scheme_of_the_data(TagScheme data, TagScheme learned, bool crf)
    {
        TaggerOptions options = Quick with { Scheme = learned, Crf = crf, Training = Quick.Training with { Steps = 30 } };
        Tagger model = Tagger.Train(Make(120, 3, data), options);
        Assert.Equal(data, model.Scheme);
        // After a few steps much is wrong, but nothing is broken.
        foreach (TagPrediction said in model.Predict(Make(40, 4))) Assert.Equal(-1, TagSchemes.FirstBreak(data, said.Tags));
        Assert.All(model.Predict(Unseen).SelectMany(said => said.Spans), one => Assert.InRange(one.Confidence, 0, 1));
    }

    /// <summary>Without it the tag is not to be found: the word says nothing.</summary>
    [Fact]
    public void Further_columns_are_read()
    {
        RandomStream random = new(5);
        TaggedSentence[] sentences = [.. Enumerable.Range(0, 120).Select(_ =>
        {
            string[] kinds = [.. Enumerable.Range(0, 1 + random.NextInt(5)).Select(_ => random.NextInt(2) == 0 ? "up" : "down")];
            return new TaggedSentence([.. kinds.Select(_ => "x")], [.. kinds.Select(kind => kind == "up" ? "A" : "B")]) { Features = [.. kinds.Select(kind => (IReadOnlyList<string>)[kind])] };
        })];
        Tagger model = Tagger.Train(sentences, Quick);
        Assert.Equal(1, model.Report!.TokenAccuracy);
        Assert.Null(model.Report.LabelAccuracy);
        Assert.Contains("the words of a sentence have 0 further columns, the model reads 1", Assert.Throws<ElmanException>(() => model.Predict(new TaggedSentence(["x"]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_input_is_told_in_one_line()
    {
        static TaggedSentence S(string words, string? tags) => new(words.Split(' '), tags?.Split(' '));
        void Says(string message, params TaggedSentence[] sentences) => Assert.Equal(message, Assert.Throws<ElmanException>(() => Tagger.Train(sentences, Quick)).Message);
        Says("there are no sentences with words to learn from; give at least one");
        Says("sentence 2, word 1: the sentence has no tags; a tagger learns from tags and is scored on them", S("a b", "X Y"), S("a", null));
        Says("sentence 2, word 2: the tag 'O' follows 'B-x'; in BIOES I-x and E-x stand only after B-x or I-x, and after these nothing else does; mend the tag of 'b'", S("a", "S-x"), S("a b", "B-x O"));
        Says("line 8: the tag 'I-y' follows 'B-x'; in BIO I-x stands only after B-x or I-x; mend the tag of 'b'", S("a b", "B-x I-x"), new TaggedSentence(["a", "b"], ["B-x", "I-y"]) { Line = 7 });
        Says("sentence 2, word 1: the words have 0 further columns, those of the first sentence 1; all need the same", new TaggedSentence(["a"], ["X"]) { Features = [["f"]] }, S("a", "X"));
        List<string> remarks = [];
        Tagger.Train([S("a b", "X Y"), S("b", "Y"), S("a", "X")], Quick with { Training = Quick.Training with { Steps = 2 } }, test: [S("a", "Z")], context: new TrainingContext { Remark = remarks.Add });
        Assert.Contains("the test has 1 tag that the training does not know, Z; these words count as wrong", remarks);
    }

    [Fact]
    public void A_file_that_lies_is_refused()
    {
        Trained.Value.Save(_folder["model"]);
        SafeTensorsFile file = SafeTensorsFile.Read(_folder["model"]);
        void Refuses(string key, string before, string after, string message)
        {
            Dictionary<string, string> metadata = new(file.Metadata) { ["digest"] = "none" };
            Assert.Contains(before, metadata[key], StringComparison.Ordinal);
            metadata[key] = metadata[key].Replace(before, after, StringComparison.Ordinal);
            SafeTensorsFile.Write(_folder["bad"], metadata, file.Tensors);
            Assert.Contains(message, Assert.Throws<ElmanException>(() => TaskModel.LoadAny(_folder["bad"])).Message, StringComparison.Ordinal);
        }
        Refuses("tags", "\"B-day\",", "", "tags: tags, labels and words do not fit together");
        Refuses("tags", "\"B-day\",", "\"B-year\",", "parameter 'scores.weight'");
        Refuses("options", "\"hidden\":16", "\"hidden\":60000", "the file is damaged");
    }
}
