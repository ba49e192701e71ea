/** Written by jlpm generate:api. */
export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description What to do about a finding, and why this. */
        Action: {
            /** @enum {string} */
            kind: "collect" | "augment" | "relabel" | "threshold" | "inspect";
            text: string;
            reason: string;
        };
        /** @description What can be borne out, and apart from it what a language model thinks of. */
        AgentAnswer: {
            text: string;
            /** @default [] */
            claims: components["schemas"]["Claim"][];
            /** @default [] */
            ideas: string[];
            /** @default [] */
            findings: string[];
            /** @default [] */
            views: components["schemas"]["ViewSpec"][];
            /** @default 0 */
            dropped: number;
            /** @default false */
            outdated: boolean;
        };
        /** @description A run of an agent; its `job` has state, cancel and log. */
        AgentRun: {
            run: string;
            job: string | null;
            /** @enum {string} */
            agent: "blind_spots" | "error_patterns" | "chat";
            question: string;
            evaluation: string | null;
            model: string | null;
            steps: components["schemas"]["AgentStep"][];
            answer: components["schemas"]["AgentAnswer"] | null;
            usage: components["schemas"]["Usage"];
            stopped: ("done" | "budget" | "cancelled" | "failed") | null;
            created_at: string;
        };
        /** @description What the server has been set up for; keys are never part of it. */
        AgentSettings: {
            model: string | null;
            vision_model: string | null;
            budget: components["schemas"]["Budget"];
            installed: boolean;
            mcp: boolean;
            /** @default null */
            reason: string | null;
        };
        /** @description One thing that an agent did; streamed while it runs. */
        AgentStep: {
            step: number;
            /** @enum {string} */
            kind: "thought" | "tool_call" | "tool_result" | "finding" | "dropped" | "answer" | "error";
            text: string;
            /** @default null */
            tool: string | null;
            /** @default null */
            evidence: string | null;
            /** @default {} */
            arguments: {
                [key: string]: unknown;
            };
            /** @default {} */
            result: {
                [key: string]: unknown;
            };
            /** @default null */
            finding: string | null;
            /** @default null */
            view: components["schemas"]["ViewSpec"] | null;
            at: string;
        };
        /** @description Parameters of a slice discovery. */
        AnalyseRequest: {
            dataset: string;
            /** @default null */
            evaluation: string | null;
            /** @default null */
            target: ("miss_rate" | "false_positive_rate" | "error_type" | "confidence_gap" | "label_error") | null;
            /** @default null */
            error: ("classification" | "localisation" | "both" | "duplicate" | "background" | "missed") | null;
            /** @default null */
            level: ("samples" | "annotations") | null;
            /** @default null */
            view: components["schemas"]["ViewSpec"] | null;
            /** @default 2 */
            depth: number;
            /** @default null */
            fields: string[] | null;
            /** @default [] */
            exclude: string[];
            /** @default null */
            space: string | null;
            /** @default 20 */
            min_objects: number;
            /** @default 8 */
            min_groups: number;
            /** @default 0.05 */
            alpha: number;
            /** @default 20 */
            limit: number;
            /** @default 0 */
            seed: number;
        };
        /** @description One slice discovery: what was asked, tested and left out. */
        AnalysisInfo: {
            analysis: string;
            evaluation: string;
            request: components["schemas"]["AnalyseRequest"];
            tested: number;
            units: number;
            groups: number;
            findings: string[];
            unconfirmed: components["schemas"]["Unconfirmed"][];
            left_out: components["schemas"]["LeftOut"][];
            /** @default [] */
            untested: components["schemas"]["Untested"][];
            /** @default [] */
            warnings: string[];
            seconds: number;
            digest: string;
            created_at: string;
        };
        /** @description One annotation with its geometry; polygons are lists of flat x,y lists. */
        Annotation: {
            annotation_id: number;
            sample_id: number;
            source: string;
            class: string | null;
            kind: string;
            x: number | null;
            y: number | null;
            w: number | null;
            h: number | null;
            confidence: number | null;
            area: number | null;
            is_crowd: boolean;
            /** @default null */
            difficult: boolean | null;
            /** @default null */
            truncated: boolean | null;
            /** @default null */
            occluded: boolean | null;
            /** @default null */
            geometry: unknown;
            /** @default {} */
            attributes: {
                [key: string]: unknown;
            };
            /** @default [] */
            tags: string[];
            /** @default true */
            matching: boolean;
            /** @default null */
            outcome: ("true_positive" | "false_positive" | "false_negative" | "ignored") | null;
            /** @default null */
            partner_id: number | null;
            /** @default null */
            iou: number | null;
            /** @default null */
            error: ("classification" | "localisation" | "both" | "duplicate" | "background" | "missed") | null;
        };
        /** @description One change of ground truth; `annotation_id` null adds a label to `sample_id`. */
        AnnotationEdit: {
            /** @default null */
            annotation_id: number | null;
            /** @default null */
            sample_id: number | null;
            /** @default false */
            delete: boolean;
            /** @default null */
            class_name: string | null;
            /** @default null */
            box: [
                number,
                number,
                number,
                number
            ] | null;
        };
        /** @description Parameters of an agent's run. */
        AskRequest: {
            dataset: string;
            /**
             * @default blind_spots
             * @enum {string}
             */
            agent: "blind_spots" | "error_patterns" | "chat";
            /** @default  */
            question: string;
            /** @default null */
            evaluation: string | null;
            /** @default null */
            view: components["schemas"]["ViewSpec"] | null;
            /** @default null */
            conversation: string | null;
            /** @default null */
            model: string | null;
            /** @default null */
            budget: components["schemas"]["Budget"] | null;
        };
        /** @description An attribute that was asked, with the calibration of each of its answers. */
        Attribute: {
            spec: components["schemas"]["AttributeSpec"];
            field: string;
            model: string;
            prompts: number;
            /**
             * @default none
             * @enum {string}
             */
            quantize: "none" | "4bit";
            answered: number;
            unanswered: number;
            agreement: number | null;
            /** @default [] */
            calibrations: components["schemas"]["Calibration"][];
            /** @default false */
            usable: boolean;
            created_at: string;
        };
        /** @description Parameters of the job that asks a model about images. */
        AttributeRequest: {
            dataset: string;
            attributes: components["schemas"]["AttributeSpec"][];
            /** @default null */
            model: string | null;
            /** @default null */
            view: components["schemas"]["ViewSpec"] | null;
            /** @default null */
            limit: number | null;
            /** @default 3 */
            prompts: number;
            /**
             * @default none
             * @enum {string}
             */
            quantize: "none" | "4bit";
            /** @default false */
            trust_remote_code: boolean;
            /** @default 0 */
            seed: number;
        };
        /** @description A question about an image (or the crop of an object) with a closed set of answers. */
        AttributeSpec: {
            name: string;
            question: string;
            /**
             * @default yes_no
             * @enum {string}
             */
            kind: "yes_no" | "choice";
            /** @default [] */
            options: string[];
            /** @default [] */
            paraphrases: string[];
            /**
             * @default samples
             * @enum {string}
             */
            level: "samples" | "annotations";
        };
        /** @description `field between low and high`, both ends included. */
        Between: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            op: "between";
            field: string;
            low: string | number;
            high: string | number;
        };
        /** @description One histogram bin [low, high), the last one closed. */
        Bin: {
            low: number;
            high: number;
            count: number;
            total: number;
        };
        /** @description Where an agent stops, whichever comes first; null: no limit of that sort. */
        Budget: {
            /** @default 100000 */
            tokens: number | null;
            /** @default 300 */
            seconds: number | null;
            /** @default null */
            cost: number | null;
            /** @default 40 */
            requests: number;
        };
        /** @description How far an attribute agrees with what the user says, for one answer. */
        Calibration: {
            attribute: string;
            answer: string;
            labels: number;
            positive: number;
            precision: components["schemas"]["Proportion"];
            missed: components["schemas"]["Proportion"];
            recall: components["schemas"]["Proportion"];
            prevalence: number | null;
            usable: boolean;
            reason: string;
        };
        /** @description A user's answers: id of a unit -> whether `answer` is true of it; null takes it back. */
        CalibrationLabels: {
            /** @default yes */
            answer: string;
            /** @default {} */
            labels: {
                [key: string]: boolean | null;
            };
            /** @default null */
            field: string | null;
        };
        /** @description What a user is asked next: images drawn among hits and misses apart. */
        CalibrationTask: {
            attribute: string;
            answer: string;
            question: string;
            ids: number[];
            labelled: number;
            wanted: number;
        };
        /** @description A format that was looked for, and why it fits or does not. */
        Candidate: {
            format: string;
            label: string;
            fits: boolean;
            reason: string;
        };
        /** @description A cell of the confusion matrix; null: background. */
        Cell: {
            true: string | null;
            predicted: string | null;
        };
        /** @description Answer to a write: the dataset's new version and the number of rows changed. */
        Changed: {
            version: number;
            changed: number;
        };
        /**
         * @description A sentence about the data, worded from the tool result that it rests on.
         *
         *     A language model chose what to state; no word of the sentence is its own.
         */
        Claim: {
            /** @enum {string} */
            kind: "figure" | "comparison" | "extreme" | "distribution" | "confusion" | "effect" | "finding" | "nothing";
            text: string;
            evidence: string;
            /** @default null */
            against: string | null;
            /** @default null */
            run: string | null;
        };
        /** @description One class with its ground-truth counts. */
        ClassInfo: {
            class_id: number;
            name: string;
            samples: number;
            annotations: number;
            /** @default [] */
            keypoints: string[];
            /** @default [] */
            skeleton: [
                number,
                number
            ][];
        };
        /** @description One row of the per-class table; counts at the operating point. */
        ClassMetrics: {
            name: string;
            support: number;
            predictions: number;
            metrics: {
                [key: string]: number | null;
            };
            true_positives: number;
            false_positives: number;
            false_negatives: number;
            precision: number | null;
            recall: number | null;
            f1: number | null;
            /** @default null */
            low: number | null;
            /** @default null */
            high: number | null;
            /** @default null */
            reliable: boolean | null;
        };
        /**
         * @description What the codes or numbers after it mean.
         *
         *     The answer is the length of this document in bytes (uint32, little-endian), the document as
         *     JSON, padded with spaces to a multiple of four, then one entry by id, from 0 to the largest:
         *     for `values` a code (uint16, little-endian; `len(values)`: one of the others, 65535: no value),
         *     for `numbers` a float32 (NaN: none), times in seconds since 1970.
         */
        ColorLegend: {
            field: string;
            label: string;
            /** @enum {string} */
            level: "samples" | "annotations";
            /** @enum {string} */
            type: "values" | "numbers";
            version: number;
            size: number;
            /** @default [] */
            values: components["schemas"]["ColorValue"][];
            /** @default 0 */
            others: number;
            /** @default 0 */
            others_count: number;
            /** @default 0 */
            missing: number;
            /** @default null */
            low: number | null;
            /** @default null */
            high: number | null;
        };
        /** @description A value and how many ids have it; its code is its place in the legend. */
        ColorValue: {
            value: string | number | boolean;
            count: number;
        };
        /** @description Which field, for the ids of which level. */
        ColorsRequest: {
            field: string;
            /**
             * @default samples
             * @enum {string}
             */
            level: "samples" | "annotations";
            /** @default 1000 */
            limit: number;
            /** @default null */
            outcomes: components["schemas"]["OutcomeFilter"] | null;
        };
        /** @description `and` / `or` of any number of nodes; an empty `and` is true, an empty `or` false. */
        Combine: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            op: "and" | "or";
            args: (components["schemas"]["Compare"] | components["schemas"]["In"] | components["schemas"]["Between"] | components["schemas"]["Null"] | components["schemas"]["Text"] | components["schemas"]["Not"] | components["schemas"]["Combine"] | components["schemas"]["Quantified"] | components["schemas"]["Count"])[];
        };
        /** @description `field cmp value`; a value may not be null (use `Null`). */
        Compare: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            op: "compare";
            field: string;
            /** @enum {string} */
            cmp: "=" | "!=" | "<" | "<=" | ">" | ">=";
            value: string | number | boolean;
        };
        /** @description Another evaluation, over the same samples; both at their own operating points unless said. */
        CompareRequest: {
            other: string;
            /** @default null */
            confidence: number | null;
            /** @default null */
            other_confidence: number | null;
            /** @default 1000 */
            replicates: number;
            /** @default 0 */
            seed: number;
        };
        /** @description One term of a slice's predicate. */
        Condition: {
            field: string;
            text: string;
            label: string;
        };
        /** @description Pairs of one true and one predicted class; null: background. */
        ConfusionCell: {
            true: string | null;
            predicted: string | null;
            count: number;
        };
        /** @description What a plugin adds; `form` is the JSON schema of its arguments. */
        Contribution: {
            /** @enum {string} */
            kind: "operator" | "measure" | "format" | "source" | "embedder" | "evaluator" | "tool" | "hook" | "panel";
            id: string;
            title: string;
            description: string;
            form: {
                [key: string]: unknown;
            } | null;
        };
        /** @description `count(...) cmp value`; without `arg` every ground-truth annotation counts. */
        Count: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            op: "count";
            /** @default null */
            arg: (components["schemas"]["Compare"] | components["schemas"]["In"] | components["schemas"]["Between"] | components["schemas"]["Null"] | components["schemas"]["Text"] | components["schemas"]["Not"] | components["schemas"]["Combine"] | components["schemas"]["Quantified"] | components["schemas"]["Count"]) | null;
            /** @enum {string} */
            cmp: "=" | "!=" | "<" | "<=" | ">" | ">=";
            value: number;
        };
        /** @description What an operating point gives; equal to a fresh evaluation there. */
        Counts: {
            operating_point: components["schemas"]["OperatingPoint"];
            true_positives: number;
            false_positives: number;
            false_negatives: number;
            ignored: number;
            precision: number | null;
            recall: number | null;
            f1: number | null;
            per_class: components["schemas"]["ClassMetrics"][];
            confusion: components["schemas"]["ConfusionCell"][];
            errors: components["schemas"]["ErrorShare"][];
        };
        /** @description One curve; x ascending. */
        Curve: {
            name: string;
            x: number[];
            y: number[];
            /** @default [] */
            confidence: (number | null)[];
        };
        /** @description What the plots show, of one class or of all. */
        Curves: {
            class_name: string | null;
            precision_recall: components["schemas"]["Curve"][];
            f1: components["schemas"]["Curve"];
            calibration: components["schemas"]["Curve"];
            ece: number | null;
            histograms: {
                [key: string]: components["schemas"]["HistogramBin"][];
            };
        };
        /** @description Something of a dataset that is damaged, lost or not read, and how to mend it. */
        Damage: {
            /** @enum {string} */
            kind: "writes" | "images" | "roots" | "vectors" | "thumbnails" | "projection" | "evaluation";
            name: string;
            message: string;
            hint: string;
        };
        /** @description Everything the panels need once when a dataset opens. */
        DatasetDetail: {
            dataset: string;
            uuid: string;
            name: string;
            created_at: string;
            modified_at: string;
            version: number;
            samples: number;
            annotations: number;
            classes: number;
            /** @default null */
            format: string | null;
            /** @default null */
            source: string | null;
            /**
             * @default ready
             * @enum {string}
             */
            state: "ready" | "ingesting" | "incomplete" | "busy" | "damaged";
            /** @default [] */
            preview: number[];
            /** @default null */
            owner: string | null;
            /** @default [] */
            damages: components["schemas"]["Damage"][];
            class_list: components["schemas"]["ClassInfo"][];
            splits: components["schemas"]["SplitInfo"][];
            tags: components["schemas"]["SplitInfo"][];
            sources: components["schemas"]["SourceInfo"][];
            fields: components["schemas"]["FieldInfo"][];
            roots: {
                [key: string]: string;
            };
            /** @default [] */
            kinds: string[];
        };
        /** @description A dataset as a card shows it. `dataset` (the slug) is its key in every address. */
        DatasetInfo: {
            dataset: string;
            uuid: string;
            name: string;
            created_at: string;
            modified_at: string;
            version: number;
            samples: number;
            annotations: number;
            classes: number;
            /** @default null */
            format: string | null;
            /** @default null */
            source: string | null;
            /**
             * @default ready
             * @enum {string}
             */
            state: "ready" | "ingesting" | "incomplete" | "busy" | "damaged";
            /** @default [] */
            preview: number[];
            /** @default null */
            owner: string | null;
            /** @default [] */
            damages: components["schemas"]["Damage"][];
        };
        /** @description What would be ingested from here? */
        DetectRequest: {
            source: string;
            /** @default null */
            format: string | null;
            /** @default null */
            images: string | null;
            /** @default null */
            labels: string | null;
        };
        /** @description A format and where its parts were found. */
        Detected: {
            format: string;
            label: string;
            source: string;
            images: string | null;
            labels: string[];
            splits: string[];
            reason: string;
            suggested_name: string;
            unread: string[];
            /** @default [] */
            candidates: components["schemas"]["Candidate"][];
        };
        /** @description One metric of A against B, paired by group; `p` of the two-sided test. */
        Difference: {
            name: string;
            label: string;
            a: number | null;
            b: number | null;
            difference: number | null;
            low: number | null;
            high: number | null;
            p: number | null;
            reliable: boolean;
        };
        /**
         * @description How images of more than 8 bits, with several pages or bands, are shown.
         *
         *     An image that has not what is chosen here is shown as if nothing was.
         *
         *     Attributes
         *     ----------
         *     page : int
         *         From 0.
         *     bands : list of int
         *         One, or three for red, green and blue, from 0; none: the first three, or the first.
         *     stretch : {"percentile", "range", "none"}
         *         What is black and white: the 0.5 and 99.5 percentiles, the least and the greatest number, or
         *         those of the type.
         *     gamma : float
         *         Above 1: what is dark is shown brighter.
         */
        Display: {
            /** @default 0 */
            page: number;
            /** @default [] */
            bands: number[];
            /**
             * @default percentile
             * @enum {string}
             */
            stretch: "percentile" | "range" | "none";
            /** @default 1 */
            gamma: number;
        };
        /** @description Samples that show the same picture; `leak`: in more than one split. */
        DuplicateGroup: {
            group: number;
            members: components["schemas"]["DuplicateMember"][];
            /** @default false */
            leak: boolean;
        };
        /** @description A sample of a group; `distance` (0 to 1) to the group's best one. */
        DuplicateMember: {
            sample_id: number;
            distance: number;
            confidence: number;
            transform: string;
            best: boolean;
            /** @default null */
            split: string | null;
        };
        /** @description Groups found by the last run of a kind; a page of `total`. */
        Duplicates: {
            /** @enum {string} */
            kind: "exact" | "near";
            created_at: string | null;
            groups: components["schemas"]["DuplicateGroup"][];
            total: number;
            samples: number;
            leaks: number;
            /** @default {} */
            leak_pairs: {
                [key: string]: number;
            };
            /** @default 0 */
            small: number;
        };
        /** @description Parameters of a near-duplicate job. */
        DuplicatesRequest: {
            dataset: string;
            /**
             * @default near
             * @enum {string}
             */
            kind: "exact" | "near";
            /** @default null */
            space: string | null;
            /** @default null */
            threshold: number | null;
        };
        /** @description What an edit, an undo or a redo did. */
        EditDone: {
            version: number;
            changed: number;
            /** @default [] */
            added: number[];
            description: string;
            can_undo: boolean;
            can_redo: boolean;
        };
        /** @description What one half says: the slice against the rest; rates are means of the target. */
        Effect: {
            units: number;
            groups: number;
            events: number;
            rate: number | null;
            rest: number | null;
            difference: number | null;
            low: number | null;
            high: number | null;
            p: number | null;
            /** @default null */
            p_adjusted: number | null;
            method: string;
        };
        /** @description Parameters of an embed job. */
        EmbedRequest: {
            dataset: string;
            /** @default null */
            model: string | null;
            /**
             * @default samples
             * @enum {string}
             */
            level: "samples" | "annotations";
            /** @default null */
            space: string | null;
            /** @default null */
            batch_size: number | null;
            /** @default 0.1 */
            crop_margin: number;
            /** @default null */
            project: ("umap" | "pca" | "tsne" | "pacmap") | null;
            /** @default {} */
            options: {
                [key: string]: unknown;
            };
        };
        /** @description A model that can embed, as the dialog lists it. */
        EmbedderInfo: {
            model: string;
            label: string;
            description: string;
            dimension: number | null;
            has_text: boolean;
            available: boolean;
            /** @default  */
            reason: string;
        };
        /** @description Models that can embed, and methods that can project. */
        EmbedderList: {
            embedders: components["schemas"]["EmbedderInfo"][];
            projections: components["schemas"]["ProjectionMethod"][];
        };
        /** @description Vectors of one model for one level of a dataset. */
        EmbeddingSpace: {
            space: string;
            /** @enum {string} */
            level: "samples" | "annotations";
            model: string;
            version: string;
            dimension: number;
            /** @default false */
            has_text: boolean;
            /** @default {} */
            settings: {
                [key: string]: unknown;
            };
            created_at: string;
            /** @default 0 */
            vectors: number;
            /** @default 0 */
            missing: number;
            /**
             * @default none
             * @enum {string}
             */
            index: "ready" | "building" | "none" | "behind" | "failed";
        };
        /** @description An encoded query; `query` is its key in `SearchSpec.queries`. */
        Encoded: {
            query: string;
            /** @default null */
            text: string | null;
            seconds: number;
        };
        /** @description The one error shape. */
        ErrorBody: {
            code: string;
            message: string;
            hint: string;
            /** @default {} */
            details: {
                [key: string]: unknown;
            };
            /** @default null */
            request_id: string | null;
        };
        /** @description One error type: how many, and the ΔAP50 of mending it alone. */
        ErrorShare: {
            /** @enum {string} */
            type: "classification" | "localisation" | "both" | "duplicate" | "background" | "missed";
            count: number;
            delta_ap50: number | null;
        };
        /**
         * @description Parameters of an evaluation.
         *
         *     `iou`: the thresholds that metrics average over, by default the protocol's (COCO .50:.05:.95,
         *     VOC .5). Outcomes are counted at `operating_iou`.
         *     `confidence` null: that of the greatest F1.
         */
        EvaluateRequest: {
            dataset: string;
            run: string;
            /** @default null */
            name: string | null;
            /**
             * @default coco
             * @enum {string}
             */
            protocol: "coco" | "voc" | "classification" | "segmentation";
            /**
             * @default box
             * @enum {string}
             */
            geometry: "box" | "mask" | "keypoints";
            /** @default null */
            iou: number[] | null;
            /** @default 0.5 */
            operating_iou: number;
            /** @default null */
            confidence: number | null;
            /** @default true */
            class_aware: boolean;
            /** @default 100 */
            max_dets: number;
            /** @default null */
            view: components["schemas"]["ViewSpec"] | null;
            /** @default {} */
            options: {
                [key: string]: unknown;
            };
            /** @default 1000 */
            replicates: number;
        };
        /** @description With its tables at its own operating point. */
        EvaluationDetail: {
            evaluation: string;
            run: string;
            /** @enum {string} */
            protocol: "coco" | "voc" | "classification" | "segmentation";
            /** @enum {string} */
            geometry: "box" | "mask" | "keypoints";
            iou: number[];
            operating_point: components["schemas"]["OperatingPoint"];
            max_dets: number;
            predicate: string | null;
            /** @default {} */
            options: {
                [key: string]: unknown;
            };
            samples: number;
            groups: number;
            metrics: components["schemas"]["Metric"][];
            created_at: string;
            stale: boolean;
            /** @default false */
            intervals: boolean;
            /** @default [] */
            warnings: string[];
            per_class: components["schemas"]["ClassMetrics"][];
            errors: components["schemas"]["ErrorShare"][];
        };
        /** @description One evaluation of a run. */
        EvaluationInfo: {
            evaluation: string;
            run: string;
            /** @enum {string} */
            protocol: "coco" | "voc" | "classification" | "segmentation";
            /** @enum {string} */
            geometry: "box" | "mask" | "keypoints";
            iou: number[];
            operating_point: components["schemas"]["OperatingPoint"];
            max_dets: number;
            predicate: string | null;
            /** @default {} */
            options: {
                [key: string]: unknown;
            };
            samples: number;
            groups: number;
            metrics: components["schemas"]["Metric"][];
            created_at: string;
            stale: boolean;
            /** @default false */
            intervals: boolean;
            /** @default [] */
            warnings: string[];
        };
        /** @description Parameters of an export; `path` is a folder on the server that is new or empty. */
        ExportRequest: {
            dataset: string;
            path: string;
            format: ("coco" | "yolo" | "voc" | "class_folders" | "cvat" | "labelme" | "label_studio" | "via" | "createml" | "openimages" | "kitti" | "dota" | "fiftyone" | "imagefolder" | "croissant" | "csv" | "parquet" | "masks" | "coco_panoptic" | "lvis" | "detection_text" | "webdataset" | "tfrecord" | "parquet_images") | string;
            /** @default null */
            view: components["schemas"]["ViewSpec"] | null;
            /** @default null */
            ids: number[] | null;
            /** @default ground_truth */
            source: string;
            /**
             * @default copy
             * @enum {string}
             */
            images: "copy" | "link" | "none";
            /** @default {} */
            options: {
                [key: string]: unknown;
            };
        };
        /** @description Counts of one field under all conditions but its own (invariant 3). */
        Facet: {
            field: string;
            /** @enum {string} */
            level: "samples" | "annotations";
            /** @enum {string} */
            type: "values" | "histogram";
            label: string;
            /** @default [] */
            values: components["schemas"]["FacetValue"][];
            /** @default 0 */
            distinct: number;
            /** @default [] */
            bins: components["schemas"]["Bin"][];
            /** @default 0 */
            missing: number;
            /** @default null */
            low: number | null;
            /** @default null */
            high: number | null;
        };
        /** @description One bar. `samples` is what a click shows; `annotations` where the field is theirs. */
        FacetValue: {
            value: string | number | boolean | null;
            samples: number;
            /** @default null */
            annotations: number | null;
            /** @default false */
            selected: boolean;
        };
        /** @description Facets with the counts of the same view at the same version. */
        Facets: {
            version: number;
            count: number;
            total: number;
            facets: components["schemas"]["Facet"][];
        };
        /** @description Which facets; `fields` null: all that the dataset offers. */
        FacetsRequest: {
            /**
             * @default {
             *       "level": "samples",
             *       "filter": null,
             *       "where": null,
             *       "sql": null,
             *       "search": null,
             *       "outcomes": null,
             *       "sort": [],
             *       "all": false
             *     }
             */
            view: components["schemas"]["ViewSpec"];
            /** @default null */
            fields: string[] | null;
            /** @default 20 */
            limit: number;
            /** @default null */
            search: string | null;
        };
        /** @description A column that filters, sorts and facets know. */
        FieldInfo: {
            name: string;
            /** @enum {string} */
            level: "samples" | "annotations";
            /** @enum {string} */
            type: "string" | "integer" | "number" | "boolean" | "timestamp" | "tags";
            builtin: boolean;
            /** @enum {string} */
            facet: "values" | "histogram" | "none";
            label: string;
        };
        /**
         * @description A hypothesis with its evidence: where the model fails more, as a predicate.
         *
         *     `count` is what `predicate` gives at `level`; `units` those of them that take part.
         */
        Finding: {
            finding: string;
            analysis: string | null;
            evaluation: string;
            run: string;
            /** @enum {string} */
            target: "miss_rate" | "false_positive_rate" | "error_type" | "confidence_gap" | "label_error";
            /** @default null */
            error: ("classification" | "localisation" | "both" | "duplicate" | "background" | "missed") | null;
            /** @enum {string} */
            level: "samples" | "annotations";
            title: string;
            description: string;
            predicate: string;
            sql: string;
            conditions: components["schemas"]["Condition"][];
            view: components["schemas"]["ViewSpec"];
            failures: components["schemas"]["ViewSpec"];
            count: number;
            /** @default null */
            members: string | null;
            units: number;
            groups: number;
            discovery: components["schemas"]["Effect"];
            confirmation: components["schemas"]["Effect"];
            /** @default [] */
            inseparable: components["schemas"]["Inseparable"][];
            /** @default [] */
            examples: number[];
            action: components["schemas"]["Action"];
            /** @default [] */
            attributes: string[];
            /** @default [] */
            explanation: components["schemas"]["Claim"][];
            /**
             * @default statistics
             * @enum {string}
             */
            author: "statistics" | "agent" | "user";
            /**
             * @default hypothesis
             * @enum {string}
             */
            status: "hypothesis" | "verified" | "rejected";
            /** @default  */
            notes: string;
            /** @default false */
            renamed: boolean;
            /** @default {} */
            verdicts: {
                [key: string]: boolean;
            };
            /** @default null */
            suggested: ("hypothesis" | "verified" | "rejected") | null;
            /** @default null */
            holds: boolean | null;
            /** @default null */
            now: components["schemas"]["Effect"] | null;
            /** @default false */
            stale: boolean;
            created_at: string;
            /** @default null */
            checked_at: string | null;
        };
        /** @description What a user says of a finding; `verdicts` are added to those there are (null removes). */
        FindingChange: {
            /** @default null */
            status: ("hypothesis" | "verified" | "rejected") | null;
            /** @default null */
            notes: string | null;
            /** @default null */
            title: string | null;
            /** @default null */
            verdicts: {
                [key: string]: boolean | null;
            } | null;
        };
        /** @description Which findings a report holds; an archive of Markdown with pictures, or one HTML file. */
        FindingReport: {
            /**
             * @default html
             * @enum {string}
             */
            format: "html" | "markdown";
            /** @default null */
            findings: string[] | null;
            /** @default null */
            evaluation: string | null;
            /** @default 8 */
            pictures: number;
        };
        /** @description One folder: what lies in it, and where else one may go. */
        Folder: {
            path: string;
            parent: string | null;
            entries: components["schemas"]["FolderEntry"][];
            images: number;
            /** @default false */
            truncated: boolean;
            /** @default null */
            next: string | null;
            /** @default [] */
            places: string[];
            /** @default [] */
            recent: string[];
        };
        /** @description A folder, or a file that may hold labels. */
        FolderEntry: {
            name: string;
            path: string;
            /** @enum {string} */
            kind: "folder" | "labels";
            /** @default null */
            bytes: number | null;
        };
        /** @description A format that can be read. */
        FormatInfo: {
            name: string;
            label: string;
            description: string;
            written: boolean;
        };
        /** @description Counts by outcome in [low, high), the last one closed. */
        HistogramBin: {
            low: number;
            high: number;
            counts: {
                [key: string]: number;
            };
        };
        /** @description One change of labels by hand. */
        HistoryEntry: {
            sequence: number;
            description: string;
            created_at: string;
            /** @default false */
            undone: boolean;
        };
        /** @description Run the hooks of an event; the server asks for it itself. */
        HooksRequest: {
            dataset: string;
            /** @enum {string} */
            event: "ingest" | "evaluate" | "view" | "selection";
            /** @default null */
            after: string | null;
            /** @default null */
            first: number | null;
            /** @default null */
            evaluation: string | null;
            /** @default null */
            view: components["schemas"]["ViewSpec"] | null;
            /** @default null */
            ids: number[] | null;
        };
        /** @description `field in (values)`; a null among the values matches missing ones. */
        In: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            op: "in";
            field: string;
            values: (string | number | boolean | null)[];
        };
        /** @description Outcome of an ingest; `items` is a page of `items_total`. */
        IngestReport: {
            job: string | null;
            format: string;
            source: string;
            started_at: string;
            finished_at: string | null;
            images: components["schemas"]["ReportCount"];
            annotations: components["schemas"]["ReportCount"];
            label_files: components["schemas"]["ReportCount"];
            by_code: {
                [key: string]: number;
            };
            items: components["schemas"]["ReportItem"][];
            items_total: number;
        };
        /** @description Parameters of an ingest job; `images` / `labels` where they lie apart from `source`. */
        IngestRequest: {
            source: string;
            /** @default null */
            name: string | null;
            /** @default null */
            format: string | null;
            /** @default null */
            images: string | null;
            /** @default null */
            labels: string | null;
            /** @default false */
            incremental: boolean;
            /** @default false */
            labels_only: boolean;
            /** @default {} */
            options: {
                [key: string]: unknown;
            };
        };
        /** @description A correlate with no effect of its own once the finding's conditions are given. */
        Inseparable: {
            predicate: string;
            label: string;
            overlap: number;
        };
        /** @description Parameters of the job that adds bootstrap intervals to an evaluation. */
        IntervalsRequest: {
            dataset: string;
            evaluation: string;
            /** @default 1000 */
            replicates: number;
            /** @default 0 */
            seed: number;
        };
        /** @description A job; `eta_seconds` null until a rate is known. */
        Job: {
            job: string;
            kind: string;
            dataset: string | null;
            /** @default null */
            dataset_uuid: string | null;
            /** @enum {string} */
            state: "queued" | "running" | "cancelling" | "done" | "failed" | "cancelled";
            /** @default null */
            stage: string | null;
            /** @default 0 */
            done: number;
            /** @default null */
            total: number | null;
            /** @default null */
            rate: number | null;
            /** @default null */
            eta_seconds: number | null;
            /** @default null */
            message: string | null;
            created_at: string;
            /** @default null */
            started_at: string | null;
            /** @default null */
            finished_at: string | null;
            /** @default 1 */
            attempt: number;
            /** @default null */
            error: components["schemas"]["ErrorBody"] | null;
            /** @default {} */
            result: {
                [key: string]: unknown;
            };
            /** @default null */
            ingest: components["schemas"]["IngestRequest"] | null;
            /** @default null */
            embed: components["schemas"]["EmbedRequest"] | null;
            /** @default null */
            project: components["schemas"]["ProjectRequest"] | null;
            /** @default null */
            duplicates: components["schemas"]["DuplicatesRequest"] | null;
            /** @default null */
            predictions: components["schemas"]["PredictionsRequest"] | null;
            /** @default null */
            evaluate: components["schemas"]["EvaluateRequest"] | null;
            /** @default null */
            intervals: components["schemas"]["IntervalsRequest"] | null;
            /** @default null */
            label_quality: components["schemas"]["LabelQualityRequest"] | null;
            /** @default null */
            operator: components["schemas"]["OperatorRequest"] | null;
            /** @default null */
            hooks: components["schemas"]["HooksRequest"] | null;
            /** @default null */
            export: components["schemas"]["ExportRequest"] | null;
            /** @default null */
            analyse: components["schemas"]["AnalyseRequest"] | null;
            /** @default null */
            recheck: components["schemas"]["RecheckRequest"] | null;
            /** @default null */
            attributes: components["schemas"]["AttributeRequest"] | null;
            /** @default null */
            agent: components["schemas"]["AskRequest"] | null;
        };
        /** @description Parameters of the job that ranks likely label errors by what a run says. */
        LabelQualityRequest: {
            dataset: string;
            evaluation: string;
        };
        /** @description A field that took no part, and why. */
        LeftOut: {
            field: string;
            reason: string;
        };
        /** @description One figure, -1 never: null where it is undefined. */
        Metric: {
            name: string;
            label: string;
            value: number | null;
            /** @default null */
            low: number | null;
            /** @default null */
            high: number | null;
            /** @default null */
            reliable: boolean | null;
        };
        /** @description Negation of one node. */
        Not: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            op: "not";
            arg: components["schemas"]["Compare"] | components["schemas"]["In"] | components["schemas"]["Between"] | components["schemas"]["Null"] | components["schemas"]["Text"] | components["schemas"]["Not"] | components["schemas"]["Combine"] | components["schemas"]["Quantified"] | components["schemas"]["Count"];
        };
        /** @description `field is null`. */
        Null: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            op: "null";
            field: string;
        };
        /** @description What every count names: at which overlap and confidence, and whether classes must agree. */
        OperatingPoint: {
            iou: number | null;
            confidence: number;
            class_aware: boolean;
        };
        /** @description Run an operator, a measure or an evaluator of a plugin. */
        OperatorRequest: {
            dataset: string;
            plugin: string;
            operator: string;
            /** @default {} */
            arguments: {
                [key: string]: unknown;
            };
            /** @default null */
            view: components["schemas"]["ViewSpec"] | null;
            /** @default null */
            ids: number[] | null;
            /** @default null */
            preview: number | null;
            /** @default null */
            evaluation: string | null;
        };
        /** @description Of a view: annotations that an evaluation gave an outcome, and-ed; both ends of a match. */
        OutcomeFilter: {
            evaluation: string;
            /** @default null */
            confidence: number | null;
            /** @default [] */
            outcomes: ("true_positive" | "false_positive" | "false_negative" | "ignored")[];
            /** @default [] */
            classes: string[];
            /** @default null */
            cell: components["schemas"]["Cell"] | null;
            /** @default [] */
            errors: ("classification" | "localisation" | "both" | "duplicate" | "background" | "missed")[];
            /** @default null */
            confidence_range: [
                number,
                number
            ] | null;
            /** @default null */
            iou_range: [
                number,
                number
            ] | null;
            /** @default null */
            area_range: [
                number,
                number
            ] | null;
            /** @default null */
            against: string | null;
            /** @default null */
            change: ("better" | "worse" | "equal") | null;
        };
        /**
         * @description What an image holds beside one picture.
         *
         *     Attributes
         *     ----------
         *     kind : {"plain", "raw", "deep"}
         *         Camera RAW; more than 8 bits, several pages or bands; anything else.
         *     pages, bands : int
         *     dtype : str
         *         Of its numbers.
         *     low, high : float, optional
         *         The least and the greatest of the page that is shown; None: not read.
         */
        PictureInfo: {
            /**
             * @default plain
             * @enum {string}
             */
            kind: "plain" | "raw" | "deep";
            /** @default 1 */
            pages: number;
            /** @default 1 */
            bands: number;
            /** @default uint8 */
            dtype: string;
            /** @default null */
            low: number | null;
            /** @default null */
            high: number | null;
        };
        /** @description A plugin; `reason` says why it is broken or not allowed. */
        Plugin: {
            name: string;
            title: string;
            description: string;
            version: string;
            api: string;
            /** @enum {string} */
            origin: "package" | "file";
            place: string;
            /** @enum {string} */
            state: "on" | "off" | "not_allowed" | "broken";
            /** @default null */
            reason: string | null;
            permissions: ("images" | "tags" | "fields" | "network")[];
            contributions: components["schemas"]["Contribution"][];
            log: boolean;
        };
        /** @description All plugins; Python files put into `folder` are plugins too. */
        PluginList: {
            plugins: components["schemas"]["Plugin"][];
            folder: string;
        };
        /** @description Both forms of a checked predicate. */
        Predicate: {
            text: string;
            filter: (components["schemas"]["Compare"] | components["schemas"]["In"] | components["schemas"]["Between"] | components["schemas"]["Null"] | components["schemas"]["Text"] | components["schemas"]["Not"] | components["schemas"]["Combine"] | components["schemas"]["Quantified"] | components["schemas"]["Count"]) | null;
            /** @default [] */
            warnings: string[];
        };
        /** @description Text or tree to check against a dataset's fields. */
        PredicateRequest: {
            /** @default null */
            text: string | null;
            /** @default null */
            filter: (components["schemas"]["Compare"] | components["schemas"]["In"] | components["schemas"]["Between"] | components["schemas"]["Null"] | components["schemas"]["Text"] | components["schemas"]["Not"] | components["schemas"]["Combine"] | components["schemas"]["Quantified"] | components["schemas"]["Count"]) | null;
        };
        /** @description Parameters of a job that adds a run; `source` is a file or folder on the server. */
        PredictionsRequest: {
            dataset: string;
            run: string;
            source: string;
            /** @default null */
            format: string | null;
            /** @default false */
            replace: boolean;
            /** @default [] */
            trained_on: string[];
            /** @default {} */
            options: {
                [key: string]: unknown;
            };
        };
        /** @description Parameters of a projection job. */
        ProjectRequest: {
            dataset: string;
            space: string;
            /**
             * @default umap
             * @enum {string}
             */
            method: "umap" | "pca" | "tsne" | "pacmap";
            /**
             * @default 2
             * @enum {integer}
             */
            dimensions: 2 | 3;
            /** @default 42 */
            seed: number | null;
            /** @default {} */
            parameters: {
                [key: string]: unknown;
            };
            /** @default true */
            clusters: boolean;
            /** @default false */
            refit: boolean;
        };
        /** @description Coordinates of a space's vectors. */
        Projection: {
            projection: string;
            space: string;
            /** @enum {string} */
            level: "samples" | "annotations";
            method: string;
            dimensions: number;
            parameters: {
                [key: string]: unknown;
            };
            rows: number;
            /** @default false */
            preview: boolean;
            /** @default null */
            warning: string | null;
            created_at: string;
        };
        /** @description A method of projection, as the dialog lists it. */
        ProjectionMethod: {
            /** @enum {string} */
            method: "umap" | "pca" | "tsne" | "pacmap";
            label: string;
            available: boolean;
            /** @default  */
            reason: string;
        };
        /** @description A share with its 95% Wilson interval, reweighted to the dataset's prevalence. */
        Proportion: {
            value: number | null;
            low: number | null;
            high: number | null;
            hits: number;
            of: number;
        };
        /** @description `any(...)`, `none(...)`, `all(...)` over the annotations of a sample. */
        Quantified: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            op: "all" | "any" | "none";
            arg: components["schemas"]["Compare"] | components["schemas"]["In"] | components["schemas"]["Between"] | components["schemas"]["Null"] | components["schemas"]["Text"] | components["schemas"]["Not"] | components["schemas"]["Combine"] | components["schemas"]["Quantified"] | components["schemas"]["Count"];
        };
        /** @description An encoded query that is kept; `text`: what was encoded, or the name of the image. */
        Query: {
            query: string;
            /** @enum {string} */
            kind: "text" | "image" | "vector";
            /** @default null */
            text: string | null;
        };
        /** @description Parameters of the job that asks whether findings still hold. */
        RecheckRequest: {
            dataset: string;
            /** @default null */
            evaluation: string | null;
            /** @default null */
            findings: string[] | null;
        };
        /** @description found = imported + skipped holds for each kind. */
        ReportCount: {
            found: number;
            imported: number;
            skipped: number;
        };
        /** @description One odd thing found by an ingest. */
        ReportItem: {
            code: string;
            /** @enum {string} */
            action: "kept" | "repaired" | "skipped";
            /** @enum {string} */
            kind: "image" | "label_file" | "annotation" | "other";
            item: string;
            message: string;
            /** @default null */
            sample_id: number | null;
        };
        /** @description Keep the best sample of each group, and tag or remove the rest. */
        ResolveRequest: {
            /**
             * @default near
             * @enum {string}
             */
            kind: "exact" | "near";
            created_at: string;
            /** @default null */
            groups: number[] | null;
            /** @default [] */
            keep: number[];
            /**
             * @default tag
             * @enum {string}
             */
            action: "tag" | "remove";
            /** @default duplicate */
            tag: string;
        };
        /** @description A new name, or the splits its model was trained on. */
        RunChange: {
            /** @default null */
            run: string | null;
            /** @default null */
            trained_on: string[] | null;
        };
        /** @description Run A (the evaluation asked) against run B. */
        RunComparison: {
            a: string;
            b: string;
            metrics: components["schemas"]["Difference"][];
            per_class: components["schemas"]["Difference"][];
            better: number;
            worse: number;
            equal: number;
        };
        /** @description A prediction run. */
        RunInfo: {
            run: string;
            format: string | null;
            source: string | null;
            annotations: number;
            samples: number;
            created_at: string;
            /** @default [] */
            trained_on: string[];
        };
        /** @description Everything the sample panel shows; `fields` holds every column with a value. */
        SampleDetail: {
            sample_id: number;
            filename: string;
            uri: string;
            width: number | null;
            height: number | null;
            split: string | null;
            tags: string[];
            thumbnail: string | null;
            color: string | null;
            fields: {
                [key: string]: unknown;
            };
            annotations: components["schemas"]["Annotation"][];
        };
        /** @description A view kept under a name with its dataset. */
        SavedView: {
            name: string;
            view: components["schemas"]["ViewSpec"];
            predicate: string;
            created_at: string;
            modified_at: string;
        };
        /**
         * @description What a view looks for in a space; its ids come by descending score.
         *
         *     The score is the cosine of the angle to `sum(weight * positive) - sum(weight * negative)`, each
         *     vector of unit length.
         */
        SearchSpec: {
            space: string;
            /** @default [] */
            like: number[];
            /** @default [] */
            unlike: number[];
            /** @default [] */
            queries: string[];
            /** @default [] */
            weights: number[];
            /**
             * @default similar
             * @enum {string}
             */
            mode: "similar" | "diverse" | "outliers";
            /** @default 100 */
            k: number | null;
            /** @default null */
            threshold: number | null;
        };
        /** @description The selection without its ids (those are binary). */
        SelectionInfo: {
            /**
             * @default samples
             * @enum {string}
             */
            level: "samples" | "annotations";
            /** @default 0 */
            count: number;
            /** @default 0 */
            version: number;
        };
        /** @description One sort key; missing values come last in either direction. */
        SortKey: {
            field: string;
            /** @default false */
            descending: boolean;
        };
        /** @description Ground truth or a prediction run, with its number of annotations. */
        SourceInfo: {
            name: string;
            annotations: number;
        };
        /** @description A split and its number of samples; name null: samples without one. */
        SplitInfo: {
            name: string | null;
            samples: number;
        };
        /** @description Add or remove a tag on ids or on everything in a view. */
        TagRequest: {
            tag: string;
            /**
             * @default samples
             * @enum {string}
             */
            level: "samples" | "annotations";
            /** @default null */
            ids: number[] | null;
            /** @default null */
            view: components["schemas"]["ViewSpec"] | null;
            /** @default false */
            remove: boolean;
        };
        /** @description `like` (SQL wildcards), `matches` (RE2 regular expression), `contains` (case-insensitive). */
        Text: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            op: "contains" | "like" | "matches";
            field: string;
            value: string;
        };
        /** @description What the grid draws for one sample. `sample_id` names the thumbnail. */
        Tile: {
            id: number;
            sample_id: number;
            filename: string;
            split: string | null;
            width: number | null;
            height: number | null;
            color: string | null;
            thumbnail: string | null;
            /** @default null */
            crop: string | null;
            tags: string[];
            boxes: number[][];
            annotation_ids: number[];
            classes: (string | null)[];
            sources: string[];
            confidences: (number | null)[];
            kinds: string[];
            /** @default [] */
            crowds: boolean[];
            matching: boolean[];
            /** @default [] */
            outcomes: (("true_positive" | "false_positive" | "false_negative" | "ignored") | null)[];
            /** @default [] */
            partner_ids: (number | null)[];
            /** @default [] */
            geometries: unknown[];
        };
        /**
         * @description The tiles of an image, of which each level is half of the one below.
         *
         *     Attributes
         *     ----------
         *     version : str
         *         Of the image: its tiles are asked for with it.
         *     width, height : int
         *         Of the upright image; 0 as long as nothing is known.
         *     tile : int
         *         Sides of a tile.
         *     levels : int
         *         Level 0 has the image's own pixels, the last fits into one tile.
         *     finest : int
         *         The lowest level that there is.
         *     ready : bool
         *         Whether all tiles are there; else they are being made: ask again.
         *     done : float
         *         Part of it.
         *     coarse : int
         *         From this level on all tiles are there.
         *     region : list of int
         *         Left, top, right, bottom in pixels of the image: tiles of every level in here are there.
         *     damage : str, optional
         *         What is wrong with the image, of which only a part is there.
         *     slower : str, optional
         *         What would show it sooner, or more of it.
         */
        TileInfo: {
            version: string;
            /** @default 0 */
            width: number;
            /** @default 0 */
            height: number;
            tile: number;
            /** @default 0 */
            levels: number;
            /** @default 0 */
            finest: number;
            /** @default false */
            ready: boolean;
            /** @default 0 */
            done: number;
            /** @default 0 */
            coarse: number;
            /**
             * @default [
             *       0,
             *       0,
             *       0,
             *       0
             *     ]
             */
            region: number[];
            /** @default null */
            damage: string | null;
            /** @default null */
            slower: string | null;
        };
        /** @description Tiles in the order of the ids asked for; unknown ids are left out. */
        Tiles: {
            version: number;
            tiles: components["schemas"]["Tile"][];
        };
        /** @description A slice of the discovery half that is no finding, and why. */
        Unconfirmed: {
            predicate: string;
            label: string;
            /** @enum {string} */
            target: "miss_rate" | "false_positive_rate" | "error_type" | "confidence_gap" | "label_error";
            /** @default null */
            error: ("classification" | "localisation" | "both" | "duplicate" | "background" | "missed") | null;
            /** @enum {string} */
            level: "samples" | "annotations";
            view: components["schemas"]["ViewSpec"];
            /** @enum {string} */
            reason: "not confirmed" | "explained" | "covered" | "repeated" | "weak";
            discovery: components["schemas"]["Effect"];
            /** @default null */
            confirmation: components["schemas"]["Effect"] | null;
            /** @default null */
            covered_by: string | null;
        };
        /** @description A slice that looks worse but has too few units or groups to be tested; a hint, no finding. */
        Untested: {
            predicate: string;
            label: string;
            /** @enum {string} */
            target: "miss_rate" | "false_positive_rate" | "error_type" | "confidence_gap" | "label_error";
            /** @default null */
            error: ("classification" | "localisation" | "both" | "duplicate" | "background" | "missed") | null;
            /** @enum {string} */
            level: "samples" | "annotations";
            view: components["schemas"]["ViewSpec"];
            effect: components["schemas"]["Effect"];
            reason: string;
        };
        /** @description An image file sent to a dataset; it becomes a sample with the next ingest of uploads. */
        Uploaded: {
            filename: string;
            bytes: number;
        };
        /** @description What a run took. */
        Usage: {
            /** @default 0 */
            requests: number;
            /** @default 0 */
            input_tokens: number;
            /** @default 0 */
            output_tokens: number;
            /** @default 0 */
            seconds: number;
            /** @default null */
            cost: number | null;
        };
        /** @description What a view shows: level, filter, sort. `where` (text) is and-ed with `filter`. */
        ViewSpec: {
            /**
             * @default samples
             * @enum {string}
             */
            level: "samples" | "annotations";
            /** @default null */
            filter: (components["schemas"]["Compare"] | components["schemas"]["In"] | components["schemas"]["Between"] | components["schemas"]["Null"] | components["schemas"]["Text"] | components["schemas"]["Not"] | components["schemas"]["Combine"] | components["schemas"]["Quantified"] | components["schemas"]["Count"]) | null;
            /** @default null */
            where: string | null;
            /** @default null */
            sql: string | null;
            /** @default null */
            search: components["schemas"]["SearchSpec"] | null;
            /** @default null */
            outcomes: components["schemas"]["OutcomeFilter"] | null;
            /** @default [] */
            sort: components["schemas"]["SortKey"][];
            /** @default false */
            all: boolean;
        };
        /** @description A vision-language model that can be asked. */
        VisionModelInfo: {
            model: string;
            label: string;
            available: boolean;
            /** @default null */
            reason: string | null;
            local: boolean;
            /** @default false */
            remote_code: boolean;
        };
        /** @description Models that answer questions about images, and the questions that come with the product. */
        VisionModelList: {
            models: components["schemas"]["VisionModelInfo"][];
            questions: components["schemas"]["AttributeSpec"][];
        };
        /** @description One dataset, view and selection, stored by the server (invariant 4). */
        Workspace: {
            workspace: string;
            dataset: string;
            notebook: string | null;
            version: number;
            dataset_version: number;
            view: components["schemas"]["ViewSpec"];
            view_version: number;
            predicate: string;
            count: number;
            total: number;
            selection: components["schemas"]["SelectionInfo"];
            /** @default null */
            origin: string | null;
        };
        /** @description A change based on a version; a part changed since then by another is a conflict (409). */
        WorkspaceChange: {
            base_version: number;
            origin: string;
            /** @default null */
            view: components["schemas"]["ViewSpec"] | null;
            /** @default null */
            selection: number[] | null;
            /** @default null */
            select_view: components["schemas"]["ViewSpec"] | null;
            /**
             * @default samples
             * @enum {string}
             */
            selection_level: "samples" | "annotations";
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
