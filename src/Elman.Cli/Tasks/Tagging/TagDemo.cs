using System.CommandLine;

namespace Elman.Cli;

/// <summary>elman demo tag: the whole job on requests to an assistant, which the command carries with it.</summary>
internal sealed class TagDemo
{
    private const string SampleName = "snips.conll", ModelName = "assistant.elman", PageName = "report.html";

    private static readonly string[] Asked = ["play some jazz by miles davis", "what will the weather be in Basel next friday", "book a table for four at a brasserie in oslo"];

    private readonly Option<string> _output = new("--output", "-o") { Description = "The folder for the model, the report and the sample.", HelpName = "folder", DefaultValueFactory = _ => "elman-demo" };
    private readonly Option<int> _threads = CommonArguments.Threads();

    public static Verb Create(Terminal terminal)
    {
        var options = new TagDemo();
        var verb = new Verb("tag", "Learn what requests to an assistant want and which words say it.", "elman demo tag") { options._output, options._threads };
        verb.SetAction(result => options.Run(result, terminal));
        return verb;
    }

    private int Run(ParseResult given, Terminal terminal)
    {
        CommonArguments.UseThreads(given.GetValue(_threads));
        string folder = given.GetRequiredValue(_output);
        string Place(string name) => Path.Combine(folder, name);
        OutputPlace.CreateFolder(folder, ModelName);
        using FileLock? held = OutputPlace.Hold(Place(ModelName));
        using var interruption = new Interruption(terminal);
        var columns = new TaggedColumns { Label = "intent" };
        var sentences = ReadSample(columns);
        // Every sixth stays unseen, so that each intent has its share.
        TaggedSentence[] unseen = [.. sentences.Where((_, at) => at % 6 == 0)], rest = [.. sentences.Where((_, at) => at % 6 != 0)];
        var model = TrainingView.Run(terminal, view =>
        {
            view.Watch(interruption.Token);
            var context = new TrainingContext { Progress = view, Phase = view.Phase, Remark = view.Remark, Cancellation = interruption.Token };
            var options = new TaggerOptions();
            options = options with { HeldOut = options.HeldOut with { Refit = "off" }, Training = options.Training with { TimeLimit = TimeSpan.FromSeconds(40) } };
            var trained = Tagger.Train(rest, options, unseen, context: context);
            if (trained.Record.Outcome == TrainingOutcome.Interrupted) return null;
            view.Remark(TrainingSummary.Of(trained, view.Elapsed));
            return trained;
        });
        if (model is null)
        {
            terminal.Remark("stopped; nothing was written");
            return ExitCode.Interrupted;
        }

        model.Columns = columns;
        model.Save(Place(ModelName));
        AtomicFile.WriteText(Place(PageName), TaggingPage.Of(model.Report!, model, unseen, $"{SampleName}: sentences that the training has not seen", "elman demo tag").ToString());
        AtomicFile.Write(Place(SampleName), stream =>
        {
            using var sample = typeof(TagDemo).Assembly.GetManifestResourceStream(SampleName)!;
            sample.CopyTo(stream);
        });
        terminal.Out.WriteLine(model.Report!.ToString());
        terminal.Out.WriteLine();
        foreach (string text in Asked) terminal.Out.WriteLine(Answer(model, text));
        terminal.Out.WriteLine();
        terminal.Out.WriteLine($"wrote into {folder}: {ModelName}, {PageName}, and the data as {SampleName}");
        terminal.Out.WriteLine($"go on with: echo 'your words' | elman predict {Place(ModelName)} -");
        return ExitCode.Done;
    }

    /// <summary>The label, and what was found in a text.</summary>
    private static string Answer(Tagger model, string text)
    {
        var said = model.Predict(new TaggedSentence(Tokens.Of(text, TextUnit.Word)));
        var found = said.Spans.Select(one => $"{one.Span.Type} = {string.Join(' ', said.Words.Skip(one.Span.Start).Take(one.Span.Length))}");
        return $"{text} → {said.Label}: {string.Join(", ", found)}";
    }

    private static IReadOnlyList<TaggedSentence> ReadSample(TaggedColumns columns)
    {
        using var sample = typeof(TagDemo).Assembly.GetManifestResourceStream(SampleName) ?? throw new InvalidOperationException($"the assembly does not carry {SampleName}");
        return columns.Read(SampleName, new StreamReader(sample));
    }
}
