/** Arguments of the commands, as JSON schemas; loaded when somebody asks for them. */
import type { ReadonlyJSONObject } from '@lumino/coreutils';

export interface IDescription {
  args: ReadonlyJSONObject;
}

export const panel: IDescription = {
  args: {
    type: 'object',
    properties: {
      dataset: {
        type: 'string',
        description: 'The dataset; without it the current workspace is meant'
      },
      sample: { type: 'integer', description: 'Id of the sample to show' },
      workspace: { type: 'string', description: 'Id of a workspace' },
      notebook: { type: 'string', description: 'Path of a linked notebook' },
      ref: { type: 'string', description: 'Id of the widget to open it at' },
      mode: { type: 'string', enum: ['split-right', 'tab-after'] },
      part: {
        type: 'string',
        description: 'Of a panel of plugins: plugin/panel'
      },
      activate: {
        type: 'boolean',
        description: 'False: the keyboard stays where it is'
      },
      view: { type: 'object', description: 'The view to show' }
    }
  }
};

export const link: IDescription = {
  args: {
    type: 'object',
    properties: {
      link: {
        type: 'string',
        description: 'Address of a view; without it the user is asked'
      }
    }
  }
};

export const ingest: IDescription = {
  args: {
    type: 'object',
    properties: {
      source: {
        type: 'string',
        description: 'Folder or label file that the form is filled in with'
      }
    }
  }
};

export const path: IDescription = {
  args: {
    type: 'object',
    properties: {
      path: {
        type: 'string',
        description:
          'Folder or label file; without it what is selected in the file browser'
      }
    }
  }
};

export const dataset: IDescription = {
  args: {
    type: 'object',
    properties: {
      dataset: {
        type: 'string',
        description: 'The dataset; without it that of the current workspace'
      }
    }
  }
};

export const examples: IDescription = {
  args: {
    type: 'object',
    properties: {
      ids: {
        type: 'array',
        items: { type: 'integer' },
        description: 'Ids; without them what was clicked on, or the selection'
      },
      level: { type: 'string', enum: ['samples', 'annotations'] },
      here: {
        type: 'boolean',
        description: 'What the context menu was opened on'
      },
      add: { type: 'boolean', description: 'Beside what is searched now' },
      unlike: { type: 'boolean', description: 'Look away from them' }
    }
  }
};

export const tag: IDescription = {
  args: {
    type: 'object',
    properties: {
      tag: {
        type: 'string',
        description: 'The tag; without it the user is asked'
      }
    }
  }
};

export const goal: IDescription = {
  args: {
    type: 'object',
    properties: {
      evaluation: {
        type: 'string',
        description: 'Whose errors; without it those of the one that is shown'
      },
      target: {
        type: 'string',
        enum: [
          'miss_rate',
          'false_positive_rate',
          'error_type',
          'confidence_gap',
          'label_error'
        ],
        description: 'What to look for; without it everything'
      },
      here: {
        type: 'boolean',
        description: 'The evaluation that the context menu was opened on'
      }
    }
  }
};

export const cell: IDescription = {
  args: {
    type: 'object',
    properties: {
      code: {
        type: 'string',
        description: 'Lines of the cell; without them those that give the view'
      }
    }
  }
};

export const operator: IDescription = {
  args: {
    type: 'object',
    properties: {
      plugin: { type: 'string', description: 'Name of the plugin' },
      operator: {
        type: 'string',
        description: 'Id of its operator or measure'
      },
      here: {
        type: 'boolean',
        description: 'What the context menu was opened on'
      }
    },
    required: ['plugin', 'operator']
  }
};
