namespace Elman.Cli;

/// <summary>elman demo tag: the whole job on requests to an assistant, which the command carries with it.</summary>
internal sealed class TagDemo : TaskDemo<Tagger>
{
    private const string SampleName = "snips.conll", PageName = "report.html";

    private static readonly string[] Asked = ["play some jazz by miles davis", "what will the weather be in Basel next friday", "book a table for four at a brasserie in oslo"];

    private TaggedSentence[] _unseen = [];

    protected override string ModelName => "assistant.elman";

    public static Verb Create(Terminal terminal) => new TagDemo().Create("tag", "Learn what requests to an assistant want and which words say it.", terminal);

    protected override Tagger Train(TrainingContext context)
    {
        var columns = new TaggedColumns { Label = "intent" };
        using var sample = Sample();
        var sentences = columns.Read(SampleName, new StreamReader(sample));
        // Every sixth stays unseen, so that each intent has its share.
        _unseen = [.. sentences.Where((_, at) => at % 6 == 0)];
        var options = new TaggerOptions();
        options = options with { HeldOut = options.HeldOut with { Refit = "off" }, Training = options.Training with { TimeLimit = TimeSpan.FromSeconds(40) } };
        var model = Tagger.Train([.. sentences.Where((_, at) => at % 6 != 0)], options, _unseen, context: context);
        model.Columns = columns;
        return model;
    }

    protected override (string Files, string Next) Show(Tagger model, Func<string, string> place, Terminal terminal)
    {
        AtomicFile.WriteText(place(PageName), TaggingPage.Of(model.Report!, model, _unseen, $"{SampleName}: sentences that the training has not seen", "elman demo tag").ToString());
        AtomicFile.Write(place(SampleName), stream =>
        {
            using var sample = Sample();
            sample.CopyTo(stream);
        });
        terminal.Out.WriteLine(model.Report!.ToString());
        terminal.Out.WriteLine();
        foreach (string text in Asked) terminal.Out.WriteLine(Answer(model, text));
        return ($"{PageName}, and the data as {SampleName}", $"echo 'your words' | elman predict {place(ModelName)} -");
    }

    /// <summary>The label, and what was found in a text.</summary>
    private static string Answer(Tagger model, string text)
    {
        var said = model.Predict(new TaggedSentence(Tokens.Of(text, TextUnit.Word)));
        var found = said.Spans.Select(one => $"{one.Span.Type} = {string.Join(' ', said.Words.Skip(one.Span.Start).Take(one.Span.Length))}");
        return $"{text} → {said.Label}: {string.Join(", ", found)}";
    }

    private static Stream Sample() =>
        typeof(TagDemo).Assembly.GetManifestResourceStream(SampleName) ?? throw new InvalidOperationException($"the assembly does not carry {SampleName}");
}
